/* A function writes and reads in an array of its caller at a variable index. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r1 = r10
        r1 += -16
        call f
        r1 = *(u8 *)(r10 - 3)
        r0 += r1
        exit
f:
        r2 &= 15
        r1 += r2
        r3 = 3
        *(u8 *)(r1 + 0) = r3
        r0 = *(u8 *)(r1 + 0)
        exit
