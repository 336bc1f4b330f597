/* A stack slot that differs between paths. */
/* expect: r1 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        *(u64 *)(r10 - 8) = r1
        r3 = *(u8 *)(r1 + 0)
        if r3 > 3 goto a
        *(u64 *)(r10 - 8) = r3
a:
        r4 = 1
        r4 += r3
        r4 += r3
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
out:
        exit
