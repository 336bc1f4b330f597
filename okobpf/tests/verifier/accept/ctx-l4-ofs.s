/* An offset from the context. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = *(u16 *)(r1 + 30)
        r2 += r4
        r4 = r2
        r4 += 20
        if r4 > r3 goto out
        r0 = *(u32 *)(r2 + 16)
out:
        exit
