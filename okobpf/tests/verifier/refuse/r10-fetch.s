/* Fetches into r10. */
/* expect: write to r10 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r2
        r1 = r10
        r1 += -8
        .byte 0xdb, 0xa1, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
        r0 = 0
        exit
