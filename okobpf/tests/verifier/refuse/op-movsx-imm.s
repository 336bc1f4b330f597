/* Sign-extending move of a constant. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0xb7, 0x00, 0x08, 0x00, 0x01, 0x00, 0x00, 0x00
        r0 = 0
        exit
