/* Two offsets that each fit, whose sum does not. */
/* expect: before the start */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        if r3 > r2 goto out
        if r4 > r2 goto out
        r1 += r3
        r1 += r4
        r0 = *(u8 *)(r1 - 1)
out:
        exit
