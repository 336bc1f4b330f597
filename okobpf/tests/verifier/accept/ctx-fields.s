/* All fields of the context. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u32 *)(r1 + 16)
        r2 = *(u32 *)(r1 + 20)
        r0 += r2
        r2 = *(u32 *)(r1 + 24)
        r0 += r2
        r2 = *(u16 *)(r1 + 28)
        r0 += r2
        r2 = *(u16 *)(r1 + 30)
        r0 += r2
        r2 = *(u64 *)(r1 + 32)
        r0 += r2
        r2 = *(u32 *)(r1 + 40)
        r0 += r2
        r2 = *(u32 *)(r1 + 44)
        r0 += r2
        exit
