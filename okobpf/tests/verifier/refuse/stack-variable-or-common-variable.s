/* As in accept/stack-variable-or.s, with a bit that may be in common. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r3 = r2
        r2 &= 4
        r3 &= 4
        r1 = r10
        r1 += -16
        r1 += r3
        r1 |= r2
        r0 = *(u32 *)(r1 + 4)
        exit
