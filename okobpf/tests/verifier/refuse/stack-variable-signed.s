/* An index that was compared as a signed number, and may be negative. */
/* expect: stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 -= 1000
        if r2 s> 15 goto out
        r1 = r10
        r1 += -16
        r1 += r2
        r0 = *(u8 *)(r1 + 0)
out:
        r0 = 0
        exit
