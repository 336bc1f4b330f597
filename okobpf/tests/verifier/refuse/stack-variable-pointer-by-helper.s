/* A pointer that a helper may have overwritten. */
/* expect: half-overwritten */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        *(u64 *)(r10 - 8) = r1
        r0 = 0
        *(u64 *)(r10 - 16) = r0
        r3 = r2
        r3 &= 8
        r2 = r10
        r2 += -16
        r2 += r3
        r1 = 0
        r3 = 4
        call 9
        r0 = 0
        if r6 < 1 goto out
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
out:
        exit
