/* Halves to which numbers were added, on either side. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = r2
        r5 += 20
        if r5 > r3 goto out
        w4 = w3
        w4 -= 14
        w5 = w2
        w5 += 6
        w4 -= w5
        if w4 > 2000 goto out
        if w4 < 20 goto out
        r0 = *(u8 *)(r2 + 39)
out:
        exit
