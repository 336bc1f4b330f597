/* Halves are in no order. */
/* expect: comparison */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        w4 = w2
        w5 = w3
        if w4 > w5 goto out
        r0 = 1
out:
        exit
