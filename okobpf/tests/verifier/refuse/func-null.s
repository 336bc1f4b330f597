/* A function uses an unchecked result of its caller. */
/* expect: r1 may be NULL */
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
        r1 = r0
        call f
        exit
f:
        r0 = *(u64 *)(r1 + 0)
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
