/* NULL with a size. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        r2 = 4
        r3 = 0
        r4 = 0
        r5 = 0
        call 11
        exit
