/* A helper that writes 4 bytes does not initialize 8. */
/* expect: byte 4 of the 8 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        r2 = r10
        r2 += -8
        r3 = 4
        call 9
        r0 = *(u64 *)(r10 - 8)
        exit
