/* An end pointer of one's own. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r1
        r3 += r2
        r4 = r1
        r4 += 34
        if r4 > r3 goto out
        r0 = *(u32 *)(r1 + 30)
out:
        exit
