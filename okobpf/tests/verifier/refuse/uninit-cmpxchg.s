/* A compare and exchange compares with r0. */
/* expect: r0 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        .byte 0xdb, 0x3a, 0xf8, 0xff, 0xf1, 0x00, 0x00, 0x00
        r0 = 0
        exit
