/* The lower half of a number is not the number. */
/* expect: offset 0 (r10) of the stack */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = r2
        r5 += 20
        if r5 > r3 goto out
        r4 = *(u64 *)(r2 + 0)
        w5 = w4
        if r5 == r4 goto out
        r0 = *(u64 *)(r10 + 0)
out:
        exit
