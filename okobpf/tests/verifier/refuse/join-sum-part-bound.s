/* As in pkt-sum-part.s, where the part was compared on one of two paths that met. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r5 = r3
        r5 += r4
        r6 = *(u8 *)(r1 + 2)
        if r6 > 100 goto a
        if r4 < 4 goto out
a:
        r7 = 1
        r7 += r2
        r7 += r2
        r7 += r2
        r7 += r2
        r7 += r2
        if r7 == 7 goto c
        r7 += 1
c:
        if r5 > r2 goto out
        r1 += r3
        r0 = *(u32 *)(r1 + 0)
out:
        exit
