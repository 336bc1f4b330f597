/* Writes to a number. */
/* expect: r3 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0x1234567812345678 ll
        *(u8 *)(r3 + 0) = r2
        r0 = 0
        exit
