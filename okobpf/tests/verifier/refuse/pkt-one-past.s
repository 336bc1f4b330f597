/* Read one byte past what was checked. */
/* expect: of which 14 bytes are known */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r0 = *(u8 *)(r1 + 14)
out:
        exit
