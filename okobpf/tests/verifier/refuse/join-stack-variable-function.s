/* A function reads its caller's stack at a variable offset: one of the ways to it
 * has not initialized all of that. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        if r2 < 20 goto a
        *(u64 *)(r10 - 16) = r0
a:
        r1 = r10
        r1 += -16
        call f
        exit
f:
        r2 &= 15
        r4 = 1
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        if r4 == 7 goto b
        r4 += 1
b:
        r1 += r2
        r0 = *(u8 *)(r1 + 0)
        exit
