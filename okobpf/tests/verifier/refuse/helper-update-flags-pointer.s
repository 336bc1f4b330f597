/* Flags are a number. */
/* expect: argument 4 of map_update_flags(): expected a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 8) = r1
        r2 = r10
        r2 += -8
        r3 = r2
        r4 = r2
        r1 = m ll
        call 12
        exit

        .section maps, "aw", @progbits
        .globl  m
        .type   m, @object
        .size   m, 20
m:
        .long   4, 4, 8, 16, 0
