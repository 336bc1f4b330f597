/* Writes to the packet. */
/* expect: write to the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        *(u8 *)(r1 + 0) = r0
out:
        exit
