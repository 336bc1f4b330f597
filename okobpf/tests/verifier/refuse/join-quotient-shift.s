/* As in accept/value-quotient-bound.s, with another shift on one of two paths
 * that meet. */
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
        r7 >>= 4
        r4 = *(u8 *)(r8 + 0)
        if r4 > 100 goto a
        r7 = r6
        r7 >>= 5
a:
        r5 = 1
        r5 += r9
        r5 += r9
        r5 += r9
        r5 += r9
        if r5 == 7 goto c
        r5 += 1
c:
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
