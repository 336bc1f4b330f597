/* Move of a register with the reserved constant set. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xbf, 0x10, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
        r0 = 0
        exit
