/* As in accept/stack-variable-or.s, with a number that is more than an alignment. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 8
        r1 = r10
        r1 += -16
        r1 |= r2
        r0 = *(u32 *)(r1 + 0)
        exit
