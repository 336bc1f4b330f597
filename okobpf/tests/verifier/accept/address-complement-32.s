/* The same of the lower halves. */
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
        w4 = w2
        w4 ^= -1
        w4 += w3
        if w4 > 2000 goto out
        if w4 < 20 goto out
        r0 = *(u8 *)(r2 + 20)
out:
        exit
