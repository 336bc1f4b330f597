/* Writes to the context. */
/* expect: write to the context */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = 0
        *(u32 *)(r1 + 16) = r2
        r0 = 0
        exit
