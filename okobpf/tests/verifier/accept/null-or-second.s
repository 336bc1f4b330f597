/* Where not both are NULL and one is, the other is not. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r2 = *(u64 *)(r1 + 0)
        r3 = *(u64 *)(r1 + 8)
        r0 = 0
        r5 = 7
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r6 = r0
        r5 = 8
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        r7 = r0
        r1 = r6
        r1 |= r7
        if r1 == 0 goto out
        if r7 != 0 goto out
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
