/* A long jump to before the program. */
/* expect: jump to instruction - */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0x06, 0x00, 0x00, 0x00, 0xf0, 0xff, 0xff, 0xff
        exit
