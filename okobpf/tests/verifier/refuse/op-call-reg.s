/* Call by register. */
/* expect: by an address in a register */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x8d, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
        r0 = 0
        exit
