/* Comparing the packet with NULL proves nothing. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r1 == 0 goto out
        r0 = *(u8 *)(r1 + 0)
out:
        exit
