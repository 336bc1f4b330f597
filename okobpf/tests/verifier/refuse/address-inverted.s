/* data - end, the wrong way around. */
/* expect: of which 0 bytes */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        w4 -= w3
        if w4 < 20 goto out
        r0 = *(u8 *)(r2 + 19)
out:
        exit
