/* As in join-stack-variable-read.s, with a write at a variable offset in between,
 * which does not make it another slot. */
/* expect: half-overwritten */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r6 = r2
        r6 &= 8
        if r2 < 20 goto a
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        goto b
a:
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r1
b:
        r4 = 1
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        if r4 == 7 goto c
        r4 += 1
c:
        r3 = r10
        r3 += -16
        r3 += r6
        *(u64 *)(r3 + 0) = r4
        r0 = *(u64 *)(r10 - 16)
        exit
