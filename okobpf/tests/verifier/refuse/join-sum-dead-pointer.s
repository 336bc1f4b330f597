/* As in join-sum-dead.s, with pointers. */
/* expect: at a variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r5 = r1
        r5 += r3
        r5 += r4
        r6 = *(u8 *)(r1 + 2)
        r9 = r1
        r9 += r2
        if r6 > 100 goto a
        r5 += 4
        if r5 > r9 goto out
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
        r8 = r3
        r8 += r4
        r1 += r8
        r0 = *(u32 *)(r1 + 0)
out:
        exit
