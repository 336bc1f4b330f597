/* A key long enough for one of two maps only. */
/* expect: argument 2 of map_lookup() */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        r2 = r10
        r2 += -4
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r1 = hash ll
        if r6 > 64 goto out
        r1 = large ll
out:
        call 1
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash, large
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
        .type   large, @object
large:  .long   4, 16, 128, 8, 0
        .size   large, 20
