/* Stack written by bytes and read as a whole. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 7
        *(u8 *)(r10 - 4) = r1
        *(u8 *)(r10 - 3) = r1
        *(u16 *)(r10 - 2) = r1
        r0 = *(u32 *)(r10 - 4)
        exit
