/* A half and a whole pointer, in 64 bits. */
/* expect: the lower half of a packet pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w3
        r4 -= r2
        r0 = r4
        exit
