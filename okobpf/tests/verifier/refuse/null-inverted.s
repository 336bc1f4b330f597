/* The check the wrong way round. */
/* expect: r0 may be NULL: on this path it is */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 != 0 goto out
        r0 = *(u64 *)(r0 + 0)
        exit
out:
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
