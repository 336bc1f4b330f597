/* Steps of a word from a base that is not at one. */
/* expect: misaligned */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 4
        r1 = r10
        r1 += -14
        r1 += r2
        r0 = *(u32 *)(r1 + 0)
        exit
