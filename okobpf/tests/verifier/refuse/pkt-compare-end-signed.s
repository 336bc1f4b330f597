/* expect: bytes before the start of the packet */
/* Compared as signed numbers. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u64 *)(r1 + 14)
        r4 = *(u8 *)(r1 + 15)
        if r4 > r2 goto out
        if r3 s>= r4 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
