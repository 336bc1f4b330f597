/* Byte order. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r0 = *(u16 *)(r1 + 12)
        r0 = be16 r0
        if r0 != 0x800 goto out
        r0 = 1
out:
        exit
