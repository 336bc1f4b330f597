/* The second memory ends before its size. */
/* expect: argument 3 of csum_diff() */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u32 *)(r10 - 4) = r1
        r2 = 0
        r3 = r10
        r3 += -4
        r4 = 8
        r5 = 0
        call 11
        exit
