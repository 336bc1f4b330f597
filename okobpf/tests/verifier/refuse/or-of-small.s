/* The bits of two numbers may be as many as their sum. */
/* expect: of which 0 bytes */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = r2
        r5 += 34
        if r5 > r3 goto out
        r4 = *(u8 *)(r2 + 0)
        if r4 > 32 goto out
        r4 |= 2
        r5 = r2
        r5 += r4
        r0 = *(u8 *)(r5 + 0)
out:
        exit
