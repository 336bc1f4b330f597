/* Two fields at once. */
/* expect: not within one field */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r0 = *(u64 *)(r1 + 16)
        exit
