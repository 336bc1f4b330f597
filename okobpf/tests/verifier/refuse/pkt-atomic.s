/* Atomic addition to the packet. */
/* expect: atomic operation on a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        lock *(u64 *)(r1 + 0) += r2
out:
        exit
