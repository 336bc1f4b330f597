/* A half with a sign. */
/* expect: partial copy */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        .byte 0xbf, 0x24, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00  # r4 = (s32) r2
        r4 -= r3
        r0 = r4
        exit
