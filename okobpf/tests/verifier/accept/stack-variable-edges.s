/* Reads and writes at variable offsets, from the first byte of the stack to the
 * last. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r3 = r2
        r3 &= 511
        r1 += -512
        r1 += r3
        r4 = 1
        *(u8 *)(r1 + 0) = r4
        r1 = r10
        r2 &= 3
        r1 += -4
        r1 += r2
        *(u32 *)(r10 - 4) = r4
        r0 = *(u8 *)(r1 + 0)
        exit
