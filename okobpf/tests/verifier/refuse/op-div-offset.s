/* Division with offset 2. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x37, 0x00, 0x02, 0x00, 0x03, 0x00, 0x00, 0x00
        r0 = 0
        exit
