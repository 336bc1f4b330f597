/* An atomic operation at a variable offset into the stack. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r1 = r10
        r2 &= 8
        r1 += r2
        r3 = 1
        lock *(u64 *)(r1 - 16) += r3
        r0 = *(u64 *)(r10 - 8)
        exit
