/* A function without a result. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -8
        call f
        r0 = *(u64 *)(r10 - 8)
        exit
f:
        r2 = 5
        *(u64 *)(r1 + 0) = r2
        exit
