/* end + -data is the length. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 = -r4
        r4 += r3
        if r4 < 20 goto out
        r0 = *(u8 *)(r2 + 19)
out:
        exit
