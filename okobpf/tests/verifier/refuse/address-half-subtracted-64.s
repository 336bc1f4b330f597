/* The difference of halves in 64 bits tells of a carry. */
/* expect: the lower half of a packet pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        w3 = w3
        r3 -= r4
        r0 = r3
        exit
