/* What is left of the packet is compared, signed. */
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
        r4 += 14
        r5 = r2
        r5 -= r4
        if r5 s< 20 goto out
        r1 += r4
        r0 = *(u32 *)(r1 + 16)
out:
        exit
