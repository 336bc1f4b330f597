/* A compare and exchange on the stack may change it. */
/* expect: before the start of the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 4
        *(u64 *)(r10 - 8) = r3
        r4 = 400
        r0 = 4
        # r0 = cmpxchg_64(r10 - 8, r0, r4)
        .byte 0xdb, 0x4a, 0xf8, 0xff, 0xf1, 0x00, 0x00, 0x00
        r5 = *(u64 *)(r10 - 8)
        if r2 < 20 goto out
        r1 += r5
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
