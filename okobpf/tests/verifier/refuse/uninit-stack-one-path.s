/* Stack written on one of two paths only. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        *(u64 *)(r10 - 8) = r0
out:
        r0 = *(u64 *)(r10 - 8)
        exit
