/* -ptr. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = -r1
        r0 = 0
        exit
