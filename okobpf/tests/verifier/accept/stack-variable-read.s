/* Reads at variable offsets into the stack, of all sizes. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r1 = r10
        r1 += -16
        r3 = r2
        r3 &= 15
        r3 += r1
        r0 = *(u8 *)(r3 + 0)
        r3 = r2
        r3 &= 14
        r3 += r1
        r4 = *(u16 *)(r3 + 0)
        r0 += r4
        r3 = r2
        r3 &= 12
        r3 += r1
        r4 = *(u32 *)(r3 + 0)
        r0 += r4
        r3 = r2
        r3 &= 8
        r3 += r1
        r4 = *(u64 *)(r3 + 0)
        r0 += r4
        exit
