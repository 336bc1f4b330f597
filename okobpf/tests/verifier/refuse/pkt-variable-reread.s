/* The packet is read again after the check. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        if r3 > r2 goto out
        r4 = *(u8 *)(r1 + 0)
        r1 += r4
        r0 = *(u8 *)(r1 + 0)
out:
        exit
