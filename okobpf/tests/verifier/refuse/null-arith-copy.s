/* A copy moves before the check of the original. */
/* expect: arithmetic on */
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
        r6 = r0
        r6 += 8
        if r0 == 0 goto out
        r0 = *(u64 *)(r6 + 0)
        exit
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
