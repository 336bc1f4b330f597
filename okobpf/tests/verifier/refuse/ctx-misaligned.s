/* A misaligned part of a field. */
/* expect: misaligned read */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u16 *)(r1 + 17)
        exit
