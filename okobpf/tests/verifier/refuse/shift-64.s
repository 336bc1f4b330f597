/* Shift by 64. */
/* expect: shift by 64 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        r0 <<= 64
        exit
