/* A check of the packet for NULL does no harm. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r1 == 0 goto out
        if r2 < 1 goto out
        r0 = *(u8 *)(r1 + 0)
out:
        exit
