/* As in pkt-not-end.s, compared in 32 bits. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        if w3 > w2 goto out
        if w3 == w2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
