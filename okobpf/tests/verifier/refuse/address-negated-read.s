/* Minus a pointer does not lead to memory. */
/* expect: not a pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 = -r4
        r0 = *(u8 *)(r4 + 0)
        exit
