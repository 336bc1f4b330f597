/* That two numbers are the same doesn't tell what bits they have. */
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
        r5 = r4
        .byte 0x4d, 0x45, 1, 0, 0, 0, 0, 0      /* if r5 & r4 goto out */
        r0 = *(u64 *)(r10 + 0)
out:
        exit
