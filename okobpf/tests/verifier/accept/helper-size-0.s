/* Hash of nothing. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        r1 = r10
        r1 += -8
        r2 = 0
        call 6
        exit
