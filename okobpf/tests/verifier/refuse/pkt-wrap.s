/* An offset that wraps in the check. */
/* expect: before the start */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = *(u64 *)(r1 + 0)
        r4 = r3
        r4 += 20
        if r4 > r2 goto out
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
out:
        exit
