/* The difference of halves that were read as such. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = *(u32 *)(r1 + 8)
        w5 = *(u32 *)(r1 + 0)
        w4 -= w5
        if w4 < 20 goto out
        r0 = *(u8 *)(r2 + 19)
out:
        exit
