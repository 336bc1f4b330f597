/* Sign-extending copy of a pointer. */
/* expect: partial copy */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0xbf, 0x10, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00
        exit
