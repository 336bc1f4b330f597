/* The check is of the number on one path only. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r3
        r4 += 8
        if r4 > r2 goto out
        r5 = *(u8 *)(r1 + 1)
        if r5 > 3 goto a
        r3 = *(u8 *)(r1 + 2)
a:
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
