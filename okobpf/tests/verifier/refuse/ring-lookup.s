/* There is nothing to look up in a ring. */
/* expect: map_lookup() can't be used on the map 'm' of type ring */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 8) = r1
        *(u64 *)(r10 - 16) = r1
        r2 = r10
        r2 += -16
        r1 = m ll
        call 1
        exit

        .section maps, "aw", @progbits
        .globl  m
        .type   m, @object
        .size   m, 20
m:
        .long   9, 4, 8, 16, 0
