/* A spilled number keeps its bounds. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r3 &= 31
        *(u64 *)(r10 - 8) = r3
        call 5
        r0 = 0
        exit
out:
        exit
