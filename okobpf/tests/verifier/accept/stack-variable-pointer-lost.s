/* A pointer may be overwritten at a variable offset if it is not read again
 * before it is overwritten whole. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 1 goto out
        *(u64 *)(r10 - 8) = r1
        r3 = r2
        r3 &= 7
        r4 = r10
        r4 += r3
        *(u8 *)(r4 - 8) = r2
        *(u64 *)(r10 - 8) = r1
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
out:
        exit
