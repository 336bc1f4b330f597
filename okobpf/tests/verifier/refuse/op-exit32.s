/* 32-bit exit. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x96, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
