/* A function leaves a pointer to its stack with its caller. */
/* expect: in the stack of its caller */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -8
        call f
        r1 = *(u64 *)(r10 - 8)
        *(u64 *)(r1 - 8) = r0
        exit
f:
        r0 = 0
        *(u64 *)(r1 + 0) = r10
        exit
