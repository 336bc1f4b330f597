/* Helper -1. */
/* expect: unknown helper -1 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        .byte 0x85, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff
        r0 = 0
        exit
