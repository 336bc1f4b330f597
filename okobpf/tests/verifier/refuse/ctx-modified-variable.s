/* A context pointer moved by a variable. */
/* expect: modified context pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u32 *)(r1 + 16)
        r1 += r2
        r0 = *(u32 *)(r1 + 16)
        exit
