/* The sum of two numbers, each checked. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        r3 &= 15
        r3 <<= 2
        r4 = r3
        r4 += 34
        if r4 > r2 goto out
        r5 = r1
        r5 += r3
        r5 = *(u8 *)(r5 + 26)
        r5 >>= 4
        r5 <<= 2
        r4 = r3
        r4 += r5
        r4 += 18
        if r4 > r2 goto out
        r1 += r3
        r1 += r5
        r0 = *(u32 *)(r1 + 14)
out:
        exit
