/* A context pointer moved by a constant. */
/* expect: modified context pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r1 += 8
        r0 = *(u32 *)(r1 + 8)
        exit
