/* A checked number that sign extension makes negative. */
/* expect: before the start */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u32 *)(r1 + 0)
        r3 <<= 32
        r3 s>>= 32
        r4 = r3
        if r3 s> 100 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
