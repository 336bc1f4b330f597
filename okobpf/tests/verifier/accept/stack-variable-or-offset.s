/* As in stack-variable-or.s, at an offset that has a bit less. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 3
        r1 = r10
        r1 += -12
        r1 |= r2
        r0 = *(u8 *)(r1 + 0)
        exit
