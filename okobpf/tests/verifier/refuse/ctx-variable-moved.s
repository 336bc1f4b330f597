/* Moved by a variable after the check. */
/* expect: variable offset */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 += 34
        if r4 > r3 goto out
        r5 = *(u8 *)(r2 + 14)
        r2 += r5
        r0 = *(u8 *)(r2 + 0)
out:
        exit
