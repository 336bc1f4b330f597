/* One byte of the end pointer. */
/* expect: of the pointer 'data_end' */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u8 *)(r1 + 8)
        exit
