/* What is between the variable offsets need not be initialized: the second fields
 * of an array of structures of 8 bytes, of which 3 are padding. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 1
        *(u32 *)(r10 - 16) = r3
        *(u8 *)(r10 - 12) = r3
        *(u32 *)(r10 - 8) = r3
        *(u8 *)(r10 - 4) = r3
        r2 &= 1
        r2 <<= 3
        r1 = r10
        r1 += r2
        r0 = *(u8 *)(r1 - 12)
        r3 = *(u32 *)(r1 - 16)
        r0 += r3
        exit
