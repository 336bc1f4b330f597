/* A number of which one path knows more, overwritten at a variable offset. */
/* expect: of a value of the map 'table' */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        r6 &= 15
        r3 = 1
        *(u64 *)(r10 - 8) = r3
        *(u64 *)(r10 - 16) = r3
        *(u32 *)(r10 - 20) = r3
        if r2 < 20 goto a
        r4 = r10
        r4 += -16
        r4 += r6
        *(u8 *)(r4 + 0) = r2
a:
        r4 = 1
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        if r4 == 7 goto b
        r4 += 1
b:
        r1 = table ll
        r2 = r10
        r2 += -20
        call 1
        if r0 == 0 goto out
        r3 = *(u64 *)(r10 - 16)
        r0 += r3
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
