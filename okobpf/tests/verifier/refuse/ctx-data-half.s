/* Half of the data pointer. */
/* expect: of the pointer 'data' */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u32 *)(r1 + 0)
        exit
