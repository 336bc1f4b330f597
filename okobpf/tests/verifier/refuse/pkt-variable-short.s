/* Variable offset checked for less than is read. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r3
        r4 += 1
        if r4 > r2 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 0)
out:
        exit
