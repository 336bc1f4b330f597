/* Writes a constant to the packet. */
/* expect: write to the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        .byte 0x72, 0x01, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00
out:
        exit
