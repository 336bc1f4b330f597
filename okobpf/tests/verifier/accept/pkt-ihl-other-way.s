/* The same, the other way round. */
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
        if r2 < r4 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 32)
out:
        exit
