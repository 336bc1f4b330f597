/* One byte of a spilled pointer overwritten, then used. */
/* expect: half-overwritten pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r10
        r3 = 8
        *(u8 *)(r10 - 8) = r3
        r1 = *(u64 *)(r10 - 8)
        *(u64 *)(r1 - 16) = r3
        r0 = 0
        exit
