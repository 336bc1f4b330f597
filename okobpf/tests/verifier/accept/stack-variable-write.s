/* A write at a variable offset into the stack. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r2 &= 7
        r1 -= r2
        r3 = 0
        *(u8 *)(r1 - 8) = r3
        r0 = 0
        exit
