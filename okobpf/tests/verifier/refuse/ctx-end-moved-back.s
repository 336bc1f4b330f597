/* A pointer compared with data_end minus more than there may be. */
/* expect: known to exist */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r3 += -40
        r4 = r2
        if r4 > r3 goto out
        r0 = *(u32 *)(r2 + 30)
out:
        exit
