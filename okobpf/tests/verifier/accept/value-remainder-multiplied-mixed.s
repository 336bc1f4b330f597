/* As in value-remainder-multiplied.s, with the end of it in 32 bits. */
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
        r7 = r6
        r5 = 0x88888889 ll
        r7 *= r5
        r7 >>= 37
        w7 *= 60
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
