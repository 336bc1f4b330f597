/* The whole stack is there. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 7
        *(u64 *)(r10 - 512) = r1
        r0 = *(u64 *)(r10 - 512)
        exit
