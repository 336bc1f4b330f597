/* As in accept/stack-variable-or.s, with XOR. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 4
        r1 = r10
        r1 += -16
        r1 ^= r2
        r0 = *(u32 *)(r1 + 4)
        exit
