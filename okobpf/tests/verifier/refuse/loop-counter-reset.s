/* A counter on the stack that is set back each round. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
out:
        r3 = *(u64 *)(r10 - 8)
        r4 = r3
        r4 += 1
        *(u64 *)(r10 - 8) = r4
        r4 = 0
        *(u64 *)(r10 - 8) = r4
        if r3 < 10 goto out
        r0 = 0
        exit
