/* A call of a function whose address is in a register. */
/* expect: by an address in a register */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0x8d, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        exit
