/* A spilled pointer, bounded later by a check of the number. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r1
        r4 += r3
        *(u64 *)(r10 - 8) = r4
        r3 += 4
        if r3 > r2 goto out
        r5 = *(u64 *)(r10 - 8)
        r0 = *(u32 *)(r5 + 0)
out:
        exit
