/* A key at a variable offset into the stack. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        *(u64 *)(r10 - 16) = r0
        r2 &= 12
        r4 = r10
        r4 += -16
        r4 += r2
        r2 = r4
        r1 = table ll
        call 1
        if r0 == 0 goto out
        r0 = *(u32 *)(r0 + 0)
out:
        exit

        .section maps, "aw", @progbits
        .balign 4
        .globl  table
        .type   table, @object
table:
        .long   1, 4, 4, 8, 0
        .size   table, 20
