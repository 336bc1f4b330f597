/* Minus two pointers. */
/* expect: difference of */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 = -r4
        r4 -= r3
        r0 = r4
        exit
