/* The bits of two numbers are no more than their sum, even where the highest
 * is not all of its digits. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = r2
        r5 += 34
        if r5 > r3 goto out
        r4 = *(u8 *)(r2 + 0)
        if r4 > 33 goto out
        r4 |= 0
        r5 = r2
        r5 += r4
        r0 = *(u8 *)(r5 + 0)
        r4 ^= 0
        r5 = r2
        r5 += r4
        r0 = *(u8 *)(r5 + 0)
out:
        exit
