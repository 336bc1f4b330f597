/* Division by a register, which may be 0. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        r0 /= r2
        r1 = 7
        .byte 0x9f, 0x21, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00  # r1 %= r2
        w3 = 9
        w3 /= w2
        r0 += r1
        r0 += r3
        exit
