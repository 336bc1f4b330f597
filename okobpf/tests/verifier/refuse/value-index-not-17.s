/* Only the largest value is excluded. */
/* expect: which has 16 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 8 goto short
        r6 = *(u8 *)(r1 + 0)
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 == 0 goto out
        r6 &= 17
        if r6 == 17 goto out
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
        r0 = 0
out:
        exit
short:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
