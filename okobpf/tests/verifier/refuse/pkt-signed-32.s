/* A signed 32-bit check lets negative numbers through. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u32 *)(r1 + 0)
        if w3 s>= w2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
