/* As in accept/stack-variable-or.s, in 32 bits. */
/* expect: 32-bit arithmetic */
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
        w1 |= w2
        r0 = *(u32 *)(r1 + 4)
        exit
