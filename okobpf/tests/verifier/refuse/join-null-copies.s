/* Copies of one lookup on one path, two lookups on the other. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r7 = r0
        r8 = r0
        if r6 > 100 goto a
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r8 = r0
a:
        if r7 == 0 goto out
        r0 = *(u64 *)(r8 + 0)
        exit
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
