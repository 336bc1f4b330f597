/* Packets need not be aligned. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r0 = *(u64 *)(r1 + 13)
out:
        exit
