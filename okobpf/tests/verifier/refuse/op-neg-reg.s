/* Negation of the register kind. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x8f, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        r0 = 0
        exit
