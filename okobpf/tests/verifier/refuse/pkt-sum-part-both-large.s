/* As in pkt-sum-part.s, with parts that are positive as signed numbers, and a sum
 * that isn't. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r3 = *(u64 *)(r1 + 8)
        r4 = *(u64 *)(r1 + 8)
        r3 >>= 1
        r4 >>= 1
        r5 = r3
        r5 += r4
        r5 += 8
        if r5 > r2 goto out
        if r4 < 4 goto out
        r1 += r3
        r0 = *(u32 *)(r1 + 0)
out:
        exit
