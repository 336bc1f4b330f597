/* Pointers beside what is written at a variable offset stay. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 1 goto out
        *(u64 *)(r10 - 8) = r1
        *(u64 *)(r10 - 16) = r0
        *(u64 *)(r10 - 24) = r1
        r3 = r2
        r3 &= 7
        r4 = r10
        r4 += r3
        *(u8 *)(r4 - 16) = r2
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
        r1 = *(u64 *)(r10 - 24)
        r3 = *(u8 *)(r1 + 0)
        r0 += r3
out:
        exit
