/* Remainder of division by the constant 0. */
/* expect: division by the constant 0 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        .byte 0x97, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00  # r0 %= 0
        exit
