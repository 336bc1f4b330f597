/* Atomic operation on a byte. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xd3, 0x1a, 0xf8, 0xff, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
