/* A spilled pointer that a helper overwrites. */
/* expect: r1 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r1
        *(u64 *)(r10 - 8) = r10
        r1 = 0
        r2 = r10
        r2 += -8
        r3 = 8
        call 9
        r1 = *(u64 *)(r10 - 8)
        *(u64 *)(r1 - 8) = r0
        r0 = 0
        exit
