/* An atomic operation on the stack changes it. */
/* expect: before the start of the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 4
        *(u64 *)(r10 - 8) = r3
        r4 = 64
        lock *(u64 *)(r10 - 8) |= r4
        r5 = *(u64 *)(r10 - 8)
        if r2 < 20 goto out
        r1 += r5
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
