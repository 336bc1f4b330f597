/* Call of kind 2. */
/* expect: illegal instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1
        .byte 0x85, 0x20, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00
        r0 = 0
        exit
