/* As in stack-variable-holes.s, with an index that gets into the padding. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 1
        *(u32 *)(r10 - 16) = r3
        *(u8 *)(r10 - 12) = r3
        *(u32 *)(r10 - 8) = r3
        *(u8 *)(r10 - 4) = r3
        r2 &= 9
        r1 = r10
        r1 += r2
        r0 = *(u8 *)(r1 - 12)
        exit
