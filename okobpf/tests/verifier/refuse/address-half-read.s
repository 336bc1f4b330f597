/* A half does not lead to memory. */
/* expect: not a pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        r0 = *(u8 *)(r4 + 0)
        exit
