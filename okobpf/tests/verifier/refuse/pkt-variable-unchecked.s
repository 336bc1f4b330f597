/* Variable offset without a check. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u8 *)(r1 + 0)
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
