/* NULL with a size that may not be 0. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 &= 4
        r1 = 0
        r3 = 0
        r4 = 0
        r5 = 0
        call 11
        exit
