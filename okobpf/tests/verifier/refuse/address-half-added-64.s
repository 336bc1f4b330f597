/* A half, to which a number is added with a carry. */
/* expect: 64-bit arithmetic on the lower half of a packet pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        r4 += 1
        w3 -= w4
        r0 = r3
        exit
