/* As in accept/pkt-not-end.s, of another number. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        if r3 > r2 goto out
        if r4 == r2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
