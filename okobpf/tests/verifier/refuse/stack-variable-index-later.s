/* An index that is bounded once the pointer is made. */
/* expect: stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r1 = r10
        r1 += -16
        r1 += r2
        if r2 > 15 goto out
        r0 = *(u8 *)(r1 + 0)
out:
        r0 = 0
        exit
