/* Part of a field. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u8 *)(r1 + 17)
        r2 = *(u16 *)(r1 + 22)
        r0 += r2
        r2 = *(u32 *)(r1 + 36)
        r0 += r2
        exit
