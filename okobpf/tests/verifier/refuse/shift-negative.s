/* Shift by -1. */
/* expect: shift by -1 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        r0 s>>= -1
        exit
