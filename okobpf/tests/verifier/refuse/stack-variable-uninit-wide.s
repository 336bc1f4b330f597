/* The tail of the last of the words that may be read is not initialized. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 16) = r0
        *(u16 *)(r10 - 8) = r0
        r2 &= 8
        r1 = r10
        r1 += r2
        r0 = *(u32 *)(r1 - 16)
        exit
