/* The lower 16 bits of the length are not more than the whole: one byte short. */
/* expect: of which 14 bytes */
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
