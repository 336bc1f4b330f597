/* ptr <<= 1. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 <<= 1
        r0 = 0
        exit
