/* Atomic addition to the context. */
/* expect: atomic operation on the context */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = 0
        lock *(u32 *)(r1 + 16) += r2
        r0 = 0
        exit
