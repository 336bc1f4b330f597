/* A value of which the padding was not written. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        *(u64 *)(r10 - 24) = r1
        *(u32 *)(r10 - 16) = r1
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -24
        r1 = hash ll
        call 2
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash, array, bloom
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
        .type   array, @object
array:  .long   1, 4, 64, 4, 0
        .size   array, 20
        .type   bloom, @object
bloom:  .long   2, 4, 4, 1024, 3
        .size   bloom, 20
