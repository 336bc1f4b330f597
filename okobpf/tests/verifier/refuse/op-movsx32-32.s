/* 32-bit sign extension from 32 bits. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xbc, 0x10, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
