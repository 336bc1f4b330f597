/* A pointer compared with another one, which was compared with data_end. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = *(u16 *)(r1 + 30)
        r5 = *(u16 *)(r1 + 28)
        r4 += r2
        r5 += r2
        r5 += 8
        if r5 > r3 goto out
        if r4 >= r5 goto out
        r0 = *(u8 *)(r4 + 0)
out:
        exit
