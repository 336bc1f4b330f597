/* As in accept/pkt-not-end.s, with two bytes read. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        if r3 > r2 goto out
        if r3 == r2 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 0)
out:
        exit
