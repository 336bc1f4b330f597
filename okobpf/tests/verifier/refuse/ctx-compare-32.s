/* Pointers compared in 32 bits. */
/* expect: forbidden 32-bit comparison of a packet pointer with data_end */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 += 34
        if w4 > w3 goto out
        r0 = *(u32 *)(r2 + 30)
out:
        exit
