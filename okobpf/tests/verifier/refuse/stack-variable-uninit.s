/* The last byte of those that may be read is not initialized. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u32 *)(r10 - 8) = r0
        *(u16 *)(r10 - 4) = r0
        *(u8 *)(r10 - 2) = r0
        r2 &= 7
        r1 = r10
        r1 += r2
        r0 = *(u8 *)(r1 - 8)
        exit
