/* The distance from the end to the start is huge. */
/* expect: of which 0 bytes */
        .section filter, "ax", @progbits
        .globl  entry
        .type   entry, @function
entry:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r4 = r2
        r4 -= r3
        r0 = 0
        if r4 < 10 goto out
        r0 = *(u8 *)(r2 + 0)
out:
        exit
