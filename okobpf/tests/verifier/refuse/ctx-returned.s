/* Returns the context. */
/* expect: returns the context */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = r1
        exit
