/* An atomic operation on half of a spilled pointer. */
/* expect: is part of a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        *(u64 *)(r10 - 8) = r1
        r3 = 4096
        lock *(u32 *)(r10 - 8) += r3
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
