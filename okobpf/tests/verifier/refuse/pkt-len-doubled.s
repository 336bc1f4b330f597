/* Twice the length is compared. */
/* expect: of which 0 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r4 = r2
        r4 <<= 1
        if r4 < 40 goto out
        r0 = *(u8 *)(r1 + 20)
out:
        exit
