/* The last of the keys that may be looked up goes past the end of the stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r3 = r2
        r3 &= 7
        r2 = r10
        r2 += -8
        r2 += r3
        r1 = table ll
        call 1
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .balign 4
        .globl  table
        .type   table, @object
table:
        .long   4, 4, 4, 8, 0
        .size   table, 20
