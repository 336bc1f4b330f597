/* Equal in 32 bits is not equal. */
/* expect: which has 16 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 16 goto out
        r6 = *(u64 *)(r1 + 0)
        r7 = *(u8 *)(r1 + 8)
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 == 0 goto out
        r7 &= 15
        if w6 != w7 goto out
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
        exit
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
