/* An offset of 64 bits wraps past the end. */
/* expect: before the start of the packet */
        .section filter, "ax", @progbits
        .globl  entry
        .type   entry, @function
entry:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r4 = *(u32 *)(r1 + 16)
        r4 <<= 32
        r0 = 0
        r5 = r2
        r5 += r4
        r6 = r5
        r6 += 4
        if r6 > r3 goto out
        r0 = *(u32 *)(r5 + 0)
out:
        exit
