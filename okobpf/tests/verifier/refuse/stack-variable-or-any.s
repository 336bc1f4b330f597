/* As in accept/stack-variable-or.s, with a number that nothing bounds. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r1 = r10
        r1 += -16
        r1 |= r2
        r0 = *(u8 *)(r1 + 0)
        exit
