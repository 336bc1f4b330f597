/* Tests bits of a pointer. */
/* expect: forbidden comparison */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        .byte 0x45, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00  # if r1 & 1 goto out
        r0 = 1
out:
        exit
