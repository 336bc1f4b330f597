/* An offset that grows in a loop, within bounds. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 80 goto out
        r3 = 0
        r4 = 0
a:
        r5 = r1
        r5 += r4
        r0 = *(u8 *)(r5 + 7)
        r4 += 8
        r3 += 1
        if r3 < 10 goto a
out:
        exit
