/* Shifts by registers. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        r0 <<= r2
        r1 = 7
        r1 >>= r2
        r3 = -9
        r3 s>>= r2
        w4 = 4
        w4 <<= w2
        r0 += r1
        r0 += r3
        r0 += r4
        exit
