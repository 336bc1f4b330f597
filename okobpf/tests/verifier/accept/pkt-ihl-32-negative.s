/* A 32-bit sum with a negative constant that doesn't wrap. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r3 = *(u8 *)(r1 + 14)
        w3 &= 15
        w3 += 40
        if w3 > w2 goto out
        w3 += -20
        r1 += r3
        r0 = *(u8 *)(r1 + 19)
out:
        exit
