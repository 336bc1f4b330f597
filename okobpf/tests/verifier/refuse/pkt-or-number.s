/* A number ORed to a packet pointer, which need not be aligned. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r2 &= 4
        r1 |= r2
        r0 = *(u32 *)(r1 + 4)
out:
        exit
