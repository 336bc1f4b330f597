/* A spilled and refilled packet pointer. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        *(u64 *)(r10 - 8) = r1
        r1 = 5
        r3 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r3 + 19)
out:
        exit
