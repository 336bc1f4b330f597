/* Half of a spilled pointer overwritten. */
/* expect: half-overwritten pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r1
        r3 = 0
        *(u32 *)(r10 - 8) = r3
        r1 = *(u64 *)(r10 - 8)
        r0 = 0
        exit
