/* A number that only matters on the second visit. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r1
        r7 = r2
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = 8
        if r3 > 10 goto a
        r4 = 4096
a:
        r5 = *(u8 *)(r1 + 1)
        if r5 > 7 goto b
        r5 = 0
b:
        r6 += r4
        r0 = *(u8 *)(r6 + 0)
out:
        exit
