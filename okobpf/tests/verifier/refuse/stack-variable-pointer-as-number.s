/* A pointer that may have been overwritten, read as a number. */
/* expect: half-overwritten */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r1
        r2 &= 7
        r4 = r10
        r4 += r2
        r0 = 0
        *(u8 *)(r4 - 8) = r0
        r0 = *(u8 *)(r10 - 1)
        exit
