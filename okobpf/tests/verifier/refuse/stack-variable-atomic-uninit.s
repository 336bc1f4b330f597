/* An atomic operation reads, too. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 16) = r0
        r2 &= 8
        r1 = r10
        r1 += r2
        lock *(u64 *)(r1 - 16) += r0
        exit
