/* load_bytes() of variable size initializes only the least. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r2
        r3 &= 7
        r3 += 1
        r1 = 0
        r2 = r10
        r2 += -8
        call 9
        r0 = *(u64 *)(r10 - 8)
        exit
