/* expect: read of 1 bytes at a variable offset */
/* Compared in their lower halves. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u64 *)(r1 + 14)
        r3 >>= 1
        r4 = *(u8 *)(r1 + 15)
        if r4 > r2 goto out
        if w3 >= w4 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
