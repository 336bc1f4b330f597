/* An address that no prefix matches has no value. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 32
        *(u32 *)(r10 - 8) = r1
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -8
        r1 = nets ll
        call 1
        r0 = *(u64 *)(r0 + 0)
        exit

        .section maps, "aw", @progbits
        .globl  nets
        .type   nets, @object
nets:   .long   8, 8, 16, 64, 0
        .size   nets, 20
