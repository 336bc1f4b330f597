/* The pointer is built before the check. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        r3 &= 15
        r3 <<= 2
        r5 = r1
        r5 += r3
        r3 += 34
        if r3 > r2 goto out
        r0 = *(u16 *)(r5 + 32)
out:
        exit
