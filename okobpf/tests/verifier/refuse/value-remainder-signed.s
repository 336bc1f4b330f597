/* expect: of a value of the map */
/* The remainder of a signed division may be negative. */
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
        r1 = array ll
        call 1
        if r0 == 0 goto out
        if r9 < 34 goto out
        r6 = *(u64 *)(r8 + 16)
        r7 = r6
        .byte 0x37, 0x07, 0x01, 0x00  /* r7 s/= 64 */
        .long 64
        r7 *= 64
        r6 -= r7
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  array
        .type   array, @object
array:  .long   1, 4, 64, 4, 0
        .size   array, 20
