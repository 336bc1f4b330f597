/* As in accept/pkt-not-end.s, with one less compared first. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r3
        r4 -= 1
        if r3 < 1 goto out
        if r4 > r2 goto out
        if r3 == r2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
