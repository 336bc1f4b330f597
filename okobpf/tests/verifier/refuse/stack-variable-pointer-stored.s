/* A pointer stored at a variable offset. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 8
        r3 = r10
        r3 += r2
        *(u64 *)(r3 - 16) = r1
        r0 = *(u64 *)(r10 - 16)
        exit
