/* A 32-bit sum that wraps in the check. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u32 *)(r1 + 0)
        w4 = w3
        w4 += 20
        if r4 > r2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
