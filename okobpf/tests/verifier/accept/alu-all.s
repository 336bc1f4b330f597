/* All arithmetic. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = r2
        r0 += 3
        r0 -= r2
        r0 *= 7
        r0 /= 3
        r0 |= 1
        r0 &= 0xff
        r0 ^= r2
        r0 <<= 3
        r0 >>= 1
        r0 s>>= 1
        r0 = -r0
        .byte 0x97, 0x00, 0x00, 0x00, 0xe8, 0x03, 0x00, 0x00  # r0 %= 1000
        w0 += 3
        w0 -= w2
        w0 *= 7
        w0 /= 3
        w0 |= 1
        w0 &= 0xff
        w0 ^= w2
        w0 <<= 3
        w0 >>= 1
        w0 s>>= 1
        w0 = -w0
        .byte 0x94, 0x00, 0x00, 0x00, 0xe8, 0x03, 0x00, 0x00  # w0 %= 1000
        r0 = be16 r0
        r0 = le32 r0
        r0 = be64 r0
        exit
