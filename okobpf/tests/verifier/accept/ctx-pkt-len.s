/* The length in the context is the packet's. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = *(u32 *)(r1 + 20)
        if r4 < 34 goto out
        r0 = *(u32 *)(r2 + 30)
out:
        exit
