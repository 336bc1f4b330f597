/* Branches in a loop whose outcomes don't matter. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = 0
        call 5
a:
        if r0 s> 5 goto b
        r0 += 1
b:
        .byte 0x45, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00  # if r0 & 4 goto c
        r0 += 7
c:
        .byte 0x45, 0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00  # if r0 & 8 goto d
        r0 += 7
d:
        r0 += 0
        r0 ^= 5
        r6 = 0
        goto e
e:
        r6 += 1
        if r6 < 60 goto f
        exit
f:
        .byte 0x45, 0x00, 0xfc, 0xff, 0x10, 0x00, 0x00, 0x00  # if r0 & 16 goto e
        r0 += 3
        goto e
