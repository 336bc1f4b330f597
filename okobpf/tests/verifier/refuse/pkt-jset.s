/* A bit test says nothing about size. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0x45, 0x02, 0x01, 0x00, 0x40, 0x00, 0x00, 0x00  # if r2 & 64 goto a
        exit
a:
        r0 = *(u8 *)(r1 + 64)
        exit
