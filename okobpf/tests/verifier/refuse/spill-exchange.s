/* A pointer exchanged into the stack. */
/* expect: with an address as operand */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        # r1 = xchg_64(r10 - 8, r1)
        .byte 0xdb, 0x1a, 0xf8, 0xff, 0xe1, 0x00, 0x00, 0x00
        r0 = *(u8 *)(r10 - 8)
        exit
