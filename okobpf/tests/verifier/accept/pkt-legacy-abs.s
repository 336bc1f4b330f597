/* Legacy packet loads. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r1
        r0 = *(u16 *)skb[12]
        r7 = r0
        .byte 0x50, 0x70, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00  # r0 = *(u8 *)skb[r7 + 3]
        r0 += r7
        exit
