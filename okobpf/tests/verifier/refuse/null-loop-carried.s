/* What the last round looked up was never checked. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = 0
        r5 = 0
        *(u32 *)(r10 - 4) = r5
again:
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r6 == 0 goto first
        r1 = *(u64 *)(r7 + 0)
first:
        r7 = r0
        r6 += 1
        if r6 < 5 goto again
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
