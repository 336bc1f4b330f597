/* What is left is not 0, but may be negative. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r2
        r4 -= r3
        if r4 == 0 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
