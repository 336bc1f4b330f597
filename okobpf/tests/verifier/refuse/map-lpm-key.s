/* The key of a longest-prefix map: its address is missing. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 32
        *(u32 *)(r10 - 8) = r1
        r2 = r10
        r2 += -8
        r1 = nets ll
        call 1
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  nets
        .type   nets, @object
nets:   .long   8, 8, 16, 64, 0
        .size   nets, 20
