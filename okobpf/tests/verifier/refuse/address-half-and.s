/* A part of a half. */
/* expect: 32-bit arithmetic */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        w4 &= 255
        r0 = r4
        exit
