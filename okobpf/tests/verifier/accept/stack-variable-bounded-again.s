/* A number that was overwritten at a variable offset, bounded after that. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 1
        *(u64 *)(r10 - 8) = r3
        *(u32 *)(r10 - 12) = r3
        r4 = r10
        r5 = r2
        r5 &= 7
        r4 += r5
        *(u8 *)(r4 - 8) = r2
        r1 = table ll
        r2 = r10
        r2 += -12
        call 1
        if r0 == 0 goto out
        r3 = *(u64 *)(r10 - 8)
        r3 &= 3
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
