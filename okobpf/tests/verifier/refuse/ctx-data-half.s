/* Half of the data pointer. */
/* expect: the program returns the lower half of a packet pointer */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u32 *)(r1 + 0)
        exit
