/* r10 & mask. */
/* expect: forbidden arithmetic on a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r10
        r3 &= -8
        r4 = 0
        *(u64 *)(r3 - 8) = r4
        r0 = 0
        exit
