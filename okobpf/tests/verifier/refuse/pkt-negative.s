/* Read before the packet. */
/* expect: before the start */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r0 = *(u8 *)(r1 - 1)
out:
        exit
