/* end + ~data is the length less 1. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = r2
        r5 += 1
        if r5 > r3 goto out
        r4 = r2
        r4 ^= -1
        r4 += r3
        if r4 < 20 goto out
        r0 = *(u8 *)(r2 + 20)
out:
        exit
