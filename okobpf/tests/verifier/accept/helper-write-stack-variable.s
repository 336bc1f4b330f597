/* A helper writes at a variable offset into the stack. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r3 = r2
        r3 &= 7
        r2 = r10
        r2 += -16
        r2 += r3
        r1 = 0
        r3 = 8
        call 9
        r0 = *(u64 *)(r10 - 8)
        exit
