/* As in pkt-sum-part-equal.s, where the sum is not read any more. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r5 = r3
        r5 += r4
        if r5 > r2 goto out
        if r4 != 4 goto out
        r1 += r3
        r0 = *(u32 *)(r1 + 0)
out:
        exit
