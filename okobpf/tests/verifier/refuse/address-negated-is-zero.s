/* Whether minus a pointer is zero. */
/* expect: comparison */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 = -r4
        if r4 == 0 goto out
        r0 = 1
out:
        exit
