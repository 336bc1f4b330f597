/* Atomic addition to a spilled pointer. */
/* expect: is part of a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r10
        r1 = 8
        lock *(u64 *)(r10 - 8) += r1
        r1 = *(u64 *)(r10 - 8)
        r0 = 0
        exit
