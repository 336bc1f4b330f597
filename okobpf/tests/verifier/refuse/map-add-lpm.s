/* map_add() on a longest-prefix map: only a sketch has it. */
/* expect: can't be used on the map 'nets' */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 8) = r1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -8
        r1 = nets ll
        call 4
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  nets
        .type   nets, @object
nets:   .long   8, 8, 16, 64, 0
        .size   nets, 20
