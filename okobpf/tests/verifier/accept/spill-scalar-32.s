/* A number spilled in 4 bytes keeps its bounds. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 0)
        r3 &= 31
        *(u32 *)(r10 - 4) = r3
        r4 = *(u32 *)(r10 - 4)
        r1 += r4
        r0 = *(u8 *)(r1 + 30)
out:
        exit
