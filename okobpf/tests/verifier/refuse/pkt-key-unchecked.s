/* A key in the packet that was not checked. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r2 = r1
        r2 += 12
        r1 = hash ll
        call 1
        r0 = 0
out:
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
