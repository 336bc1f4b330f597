/* As in accept/value-remainder-multiplied-8.s, of 32 bits, so that the
 * multiplication may wrap. */
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
        r6 = *(u32 *)(r8 + 16)
        w7 = w6
        w7 *= 205
        w7 >>= 11
        w7 *= 10
        w6 -= w7
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
