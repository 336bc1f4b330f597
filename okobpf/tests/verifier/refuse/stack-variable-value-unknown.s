/* What is read at a variable offset is not one of the numbers there before. */
/* expect: of a value of the map 'table' */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 1
        *(u64 *)(r10 - 8) = r3
        *(u64 *)(r10 - 16) = r3
        *(u32 *)(r10 - 20) = r3
        r4 = r10
        r2 &= 8
        r4 += r2
        r6 = *(u64 *)(r4 - 16)
        r6 <<= 63
        r6 >>= 32
        r1 = table ll
        r2 = r10
        r2 += -20
        call 1
        if r0 == 0 goto out
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
out:
        exit

        .section maps, "aw", @progbits
        .balign 4
        .globl  table
        .type   table, @object
table:
        .long   1, 4, 4, 8, 0
        .size   table, 20
