/* Byte swap of 24 bits. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xd4, 0x00, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00
        r0 = 0
        exit
