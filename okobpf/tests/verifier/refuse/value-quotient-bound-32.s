/* As in accept/value-quotient-bound.s, with a quotient of the lower half. */
/* expect: of a value of the map 'table' */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r8 = r1
        r9 = r2
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = table ll
        call 1
        if r0 == 0 goto out
        if r9 < 34 goto out
        r6 = *(u64 *)(r8 + 16)
        r7 = r6
        w7 = w6
        w7 >>= 4
        if r7 > 3 goto out
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .balign 4
        .globl  table
        .type   table, @object
table:
        .long   1, 4, 64, 4, 0
        .size   table, 20
