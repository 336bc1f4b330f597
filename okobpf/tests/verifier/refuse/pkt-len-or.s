/* The length with a bit set is compared. */
/* expect: of which 0 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r2
        r3 |= 64
        if r3 < 14 goto out
        r0 = *(u8 *)(r1 + 13)
out:
        exit
