/* expect: read of 1 bytes */
/* The end is in the packet only because it wrapped: taken as a number without
 * sign, it is huge. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u32 *)(r1 + 14)
        r4 = *(u8 *)(r1 + 15)
        r5 = r4
        r5 += 10
        if r5 > r2 goto out
        r4 -= 200
        if r3 >= r4 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
