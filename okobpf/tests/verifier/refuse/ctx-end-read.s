/* Reads at data_end. */
/* expect: at data_end + 0 */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r0 = *(u8 *)(r3 + 0)
        exit
