/* Half a pointer on the stack, read as a number. */
/* expect: is part of */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        *(u64 *)(r10 - 8) = r4
        r0 = *(u32 *)(r10 - 8)
        exit
