/* Stored as an unsigned number, read back as a signed one. */
/* expect: before the start of the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        r3 = *(u32 *)(r1 + 0)
        *(u32 *)(r10 - 8) = r3
        # r3 = *(s32 *)(r10 - 8)
        .byte 0x81, 0xa3, 0xf8, 0xff, 0x00, 0x00, 0x00, 0x00
        if r3 s> 10 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
