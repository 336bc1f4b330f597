/* Reads data without a check. */
/* expect: known to exist */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r0 = *(u8 *)(r2 + 0)
        exit
