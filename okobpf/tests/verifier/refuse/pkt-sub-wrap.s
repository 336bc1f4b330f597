/* Length minus a number that may be larger. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = r2
        r4 -= r3
        if r4 < 8 goto out
        r1 += r3
        r0 = *(u64 *)(r1 + 0)
out:
        exit
