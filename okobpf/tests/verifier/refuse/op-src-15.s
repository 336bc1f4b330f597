/* Source register 15. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xbf, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
