/* A number minus a pointer. */
/* expect: the program returns a negated packet pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r4 = 5
        r4 -= r2
        r0 = r4
        exit
