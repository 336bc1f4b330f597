/* Atomic operations on a value. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        if r0 == 0 goto out
        r1 = 1
        lock *(u64 *)(r0 + 0) += r1
        lock *(u32 *)(r0 + 8) += w1
        r6 = r0
        r1 = 5
        .byte 0xdb, 0x16, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00
        .byte 0xdb, 0x16, 0x08, 0x00, 0xe1, 0x00, 0x00, 0x00
        r0 = 5
        .byte 0xdb, 0x16, 0x00, 0x00, 0xf1, 0x00, 0x00, 0x00
        .byte 0xc3, 0x16, 0x0c, 0x00, 0x51, 0x00, 0x00, 0x00
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash, array, bloom
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
        .type   array, @object
array:  .long   1, 4, 64, 4, 0
        .size   array, 20
        .type   bloom, @object
bloom:  .long   2, 4, 4, 1024, 3
        .size   bloom, 20
