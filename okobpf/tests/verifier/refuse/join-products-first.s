/* As in join-products.s, with the paths the other way around. */
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
        r3 = *(u16 *)(r8 + 16)
        r6 = r3
        r7 = r3
        r5 = 0x88888889 ll
        r4 = *(u8 *)(r8 + 0)
        if r4 > 100 goto a
        r6 *= r5
        r7 *= 0x8889
        goto b
a:
        r3 = *(u16 *)(r8 + 8)
        r6 = r3
        r6 *= r5
        r7 *= 0x8889
b:
        r3 = 0
        r5 = 1
        r5 += r9
        r5 += r9
        r5 += r9
        r5 += r9
        if r5 == 7 goto c
        r5 += 1
c:
        r6 >>= 37
        r7 >>= 21
        if r6 > 63 goto out
        r0 += r7
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
