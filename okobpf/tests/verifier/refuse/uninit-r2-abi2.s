/* The second form has one argument. */
/* expect: r2 is not initialized */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = r2
        exit
