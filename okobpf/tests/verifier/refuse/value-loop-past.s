/* A pointer moves on one round too often. */
/* expect: at offset 16 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 == 0 goto out
        r6 = 0
on:
        r1 = *(u8 *)(r0 + 0)
        r0 += 1
        r6 += 1
        if r6 < 17 goto on
        r0 = 0
out:
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
