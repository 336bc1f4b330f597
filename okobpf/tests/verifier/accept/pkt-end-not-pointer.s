/* As in pkt-not-end.s, for pointers. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r1
        r4 += r3
        r5 = r1
        r5 += r2
        if r4 > r5 goto out
        if r5 == r4 goto out
        r0 = *(u8 *)(r4 + 0)
out:
        exit
