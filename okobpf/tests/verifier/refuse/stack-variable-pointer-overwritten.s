/* A pointer of which a byte may have been overwritten. */
/* expect: half-overwritten */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 1 goto out
        *(u64 *)(r10 - 8) = r1
        *(u64 *)(r10 - 16) = r0
        r3 = r2
        r3 &= 15
        r4 = r10
        r4 += r3
        *(u8 *)(r4 - 16) = r0
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
out:
        exit
