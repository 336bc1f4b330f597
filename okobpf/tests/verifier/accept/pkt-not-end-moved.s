/* As in pkt-not-end.s, for 4 bytes more. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r3
        r4 += 4
        if r4 > r2 goto out
        if r4 == r2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 4)
out:
        exit
