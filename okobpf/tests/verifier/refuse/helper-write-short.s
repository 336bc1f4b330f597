/* load_bytes() initializes only what it writes. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        r2 = r10
        r2 += -8
        r3 = 4
        call 9
        r0 = *(u64 *)(r10 - 8)
        exit
