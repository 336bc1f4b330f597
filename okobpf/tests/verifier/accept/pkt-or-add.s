/* OR in place of addition. */
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
        r4 <<= 2
        r5 = r4
        r5 |= 3
        r3 = r5
        r3 += 4
        if r3 > r2 goto out
        r1 += r4
        r0 = *(u32 *)(r1 + 3)
out:
        exit
