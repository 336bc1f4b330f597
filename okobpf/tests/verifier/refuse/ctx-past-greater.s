/* One byte more than the comparison with '>=' shows. */
/* expect: of which 15 bytes */
        .section filter, "ax", @progbits
        .globl  entry
        .type   entry, @function
entry:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r4 = r2
        r4 += 14
        if r4 >= r3 goto out
        r0 = *(u8 *)(r2 + 15)
out:
        exit
