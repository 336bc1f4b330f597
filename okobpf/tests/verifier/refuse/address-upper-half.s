/* The upper half of a pointer. */
/* expect: of the pointer 'data_end' */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = *(u32 *)(r1 + 12)
        r0 = r4
        exit
