/* A copy is compared, the other used; on one path they differ. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r3
        r5 = *(u8 *)(r1 + 1)
        if r5 > 3 goto a
        r4 = *(u8 *)(r1 + 2)
a:
        if r4 > 60 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
