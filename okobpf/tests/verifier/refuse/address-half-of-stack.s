/* The lower half of another pointer. */
/* expect: partial copy */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w10
        w3 -= w4
        r0 = r3
        exit
