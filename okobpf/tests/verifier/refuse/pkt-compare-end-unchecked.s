/* expect: read of 1 bytes at a variable offset */
/* Compared with a number of which nothing is known but its own bound. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        r4 = *(u8 *)(r1 + 15)
        if r3 >= r4 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
