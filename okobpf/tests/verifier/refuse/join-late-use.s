/* A pointer on one path, chosen late. */
/* expect: of which 64 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r6 = r1
        r4 = 0
        .byte 0x45, 0x03, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00  # if r3 & 1 goto a
        r4 = 60
a:
        .byte 0x45, 0x03, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00  # if r3 & 2 goto b
        r4 += 8
b:
        r6 += r4
        r0 = *(u8 *)(r6 + 0)
out:
        exit
