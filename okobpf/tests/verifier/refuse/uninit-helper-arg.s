/* Helper called without one of its arguments. */
/* expect: r2 is not initialized */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r1 = r10
        r1 += -8
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        call 6
        exit
