/* No check is needed where the largest offset is within bounds. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        r3 &= 15
        r3 <<= 2
        if r2 < 100 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 32)
out:
        exit
