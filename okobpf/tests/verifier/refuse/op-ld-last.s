/* 16-byte load cut off at the end. */
/* expect: missing */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0x18, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
