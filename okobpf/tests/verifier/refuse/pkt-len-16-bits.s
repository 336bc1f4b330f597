/* The lower 16 bits of the length tell nothing of the whole. */
/* expect: of which 0 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r2
        r3 &= 0xffff
        r3 += 1
        if r3 < 15 goto out
        r0 = *(u8 *)(r1 + 14)
out:
        exit
