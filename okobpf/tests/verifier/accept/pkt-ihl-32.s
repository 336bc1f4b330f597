/* The same in 32 bits. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if w2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        w3 &= 15
        w3 <<= 2
        w4 = w3
        w4 += 34
        if w4 > w2 goto out
        r1 += r3
        r0 = *(u16 *)(r1 + 32)
out:
        exit
