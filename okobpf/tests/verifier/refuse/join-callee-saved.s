/* A register that matters only after a call. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r6 = r1
        if r2 < 64 goto out
        r7 = 8
        r3 = *(u8 *)(r1 + 0)
        if r3 > 3 goto a
        r7 = 100
a:
        r1 = r3
        call f
        r6 += r7
        r0 = *(u8 *)(r6 + 0)
out:
        exit
f:
        r0 = r1
        if r1 > 7 goto fa
        r0 += 1
fa:
        if r1 > 9 goto fb
        r0 += 2
fb:
        exit
