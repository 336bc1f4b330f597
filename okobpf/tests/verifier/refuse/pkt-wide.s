/* Wide read past what was checked. */
/* expect: of which 14 bytes are known */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r0 = *(u32 *)(r1 + 12)
out:
        exit
