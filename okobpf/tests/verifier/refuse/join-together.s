/* On one of two paths that meet, a number was not compared with what is
 * left. */
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
        if r3 < 1 goto out
        if r4 > r2 goto out
        r5 = r3
        r5 += 4
        if r5 > r2 goto out
        r5 = r4
        r5 += 4
        if r5 > r2 goto out
        r5 = r2
        r5 -= r4
        if r6 > 100 goto b
        if r3 > r5 goto out
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
        r1 += r4
        r1 += r3
        r0 = *(u8 *)(r1 - 1)
out:
        exit
