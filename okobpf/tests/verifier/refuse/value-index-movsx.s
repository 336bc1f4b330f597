/* The sign-extended lower byte is checked, the whole used. */
/* expect: which has 16 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 8 goto short
        r6 = *(u32 *)(r1 + 0)
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 == 0 goto out
        .byte 0xbf, 0x67, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00  # r7 = (s8)r6
        if r7 s< 0 goto out
        if r7 s> 15 goto out
        r0 += r6
        r0 = *(u8 *)(r0 + 0)
        exit
out:
        r0 = 0
        exit
short:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
