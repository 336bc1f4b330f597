/* A slot that is read at a variable offset after two paths have met: one of
 * them has not initialized it. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r6 = r2
        r6 &= 15
        *(u64 *)(r10 - 8) = r0
        if r2 < 20 goto a
        *(u64 *)(r10 - 16) = r0
a:
        r4 = 1
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        if r4 == 7 goto b
        r4 += 1
b:
        r3 = r10
        r3 += -16
        r3 += r6
        r0 = *(u8 *)(r3 + 0)
        exit
