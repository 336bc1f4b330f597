/* Atomic addition to stack that nothing has written. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        lock *(u64 *)(r10 - 8) += r1
        r0 = 0
        exit
