/* A complement of the lower half only. */
/* expect: forbidden arithmetic */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r5 = 0xffffffff ll
        r4 ^= r5
        r4 += r3
        r0 = r4
        exit
