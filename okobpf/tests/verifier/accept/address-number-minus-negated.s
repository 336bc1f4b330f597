/* 8 - -data is data + 8. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 = -r4
        r5 = 8
        r5 -= r4
        if r5 > r3 goto out
        r0 = *(u64 *)(r2 + 0)
out:
        exit
