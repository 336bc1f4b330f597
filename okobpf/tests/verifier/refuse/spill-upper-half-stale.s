/* Half of a stored number changes, so that it is another number. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        r3 = r2
        *(u32 *)(r10 - 8) = r3
        r4 = *(u64 *)(r10 - 8)
        if r2 < 20 goto out
        if r4 > 10 goto out
        r1 += r4
        r0 = *(u8 *)(r1 + 10)
        exit
out:
        r0 = 0
        exit
