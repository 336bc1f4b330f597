/* Exit with a constant. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x95, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
        r0 = 0
        exit
