/* An address from the packet. */
/* expect: r3 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 8 goto out
        r3 = *(u64 *)(r1 + 0)
        r0 = *(u8 *)(r3 + 0)
out:
        exit
