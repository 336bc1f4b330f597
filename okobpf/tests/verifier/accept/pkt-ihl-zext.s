/* The number goes through a zero extension. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        r3 &= 15
        r3 <<= 2
        r3 <<= 32
        r3 >>= 32
        r4 = r3
        r4 += 34
        if r4 > r2 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 32)
out:
        exit
