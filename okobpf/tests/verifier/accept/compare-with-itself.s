/* A number is equal to its copies, and to itself, whatever it is. */
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
        r4 = *(u32 *)(r2 + 0)
        r5 = r4
        r5 += 7
        *(u64 *)(r10 - 8) = r5
        r6 = *(u64 *)(r10 - 8)
        if r6 != r5 goto never
        if r6 > r5 goto never
        if r6 s< r5 goto never
        if w6 != w5 goto never
        if w6 < w5 goto never
        if w6 s> w5 goto never
        if r6 >= r5 goto next
        goto never
next:
        if r4 != r4 goto never
        if w4 s<= w4 goto out
never:
        r0 = *(u64 *)(r10 + 0)
out:
        exit
