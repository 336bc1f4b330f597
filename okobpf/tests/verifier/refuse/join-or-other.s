/* On one of two paths that meet, the OR is that of another value, which says
 * nothing of the one that is read. */
/* expect: which has 16 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r9 = *(u8 *)(r1 + 2)
        r5 = 7
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r6 = r0
        r5 = 8
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r7 = r0
        r5 = 9
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r8 = r0
        r1 = r8
        if r9 < 100 goto b
        r1 = r6
b:
        r1 |= r7
        r7 = 0
        r7 += r9
        r7 += r9
        r7 += r9
        r7 += r9
        if r7 == 7 goto c
        r7 += 1
        if r7 == 9 goto c
        r7 += 1
c:
        if r1 != 0 goto out
        if r6 == 0 goto out
        r0 = *(u64 *)(r6 + 64)
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
