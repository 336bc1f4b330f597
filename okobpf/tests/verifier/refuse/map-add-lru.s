/* map_add() on an LRU hash: only a sketch has it. */
/* expect: can't be used on the map 'flows' */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = flows ll
        call 4
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  flows
        .type   flows, @object
flows:  .long   7, 4, 16, 64, 0
        .size   flows, 20
