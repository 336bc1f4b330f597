/* A length without high bits may be 0. */
/* expect: of which 0 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        # if r2 & 0xffffff00 goto out
        .byte 0x45, 0x02, 0x01, 0x00, 0x00, 0xff, 0xff, 0xff
        r0 = *(u8 *)(r1 + 0)
out:
        exit
