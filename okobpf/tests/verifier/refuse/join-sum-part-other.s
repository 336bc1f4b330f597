/* As in pkt-sum-part.s, where on one of two paths that met the sum is that of
 * another number. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r6 = *(u8 *)(r1 + 2)
        r5 = r3
        if r6 < 2 goto a
        r5 += r4
        if r5 > r2 goto out
        goto b
a:
        r5 += r6
        if r5 > r2 goto out
b:
        r7 = 1
        r7 += r2
        r7 += r2
        r7 += r2
        r7 += r2
        r7 += r2
        if r7 == 7 goto c
        r7 += 1
c:
        if r4 < 4 goto out
        r1 += r3
        r0 = *(u32 *)(r1 + 0)
out:
        exit
