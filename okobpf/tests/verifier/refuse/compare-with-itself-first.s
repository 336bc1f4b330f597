/* The path that is followed first has a copy, the other another number. */
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
        r4 = *(u8 *)(r2 + 0)
        r6 = *(u8 *)(r2 + 2)
        if r6 > 100 goto other
        r5 = r4
        goto join
other:
        r5 = *(u8 *)(r2 + 1)
join:
        r7 = 0
        r7 += 1
        r7 += 1
        r7 += 1
        r7 += 1
        r7 += 1
        r7 += 1
        if r7 == 9 goto out
        if r7 == 10 goto out
        if r5 == r4 goto out
        r0 = *(u64 *)(r10 + 0)
out:
        exit
