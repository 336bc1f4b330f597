/* Sign extension from 64 bits. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x99, 0xa0, 0xf8, 0xff, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
