/* A switch with 20 cases and a shared tail. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u8 *)(r1 + 23)
        if r3 == 0 goto c0
        if r3 == 3 goto c1
        if r3 == 6 goto c2
        if r3 == 9 goto c3
        if r3 == 12 goto c4
        if r3 == 15 goto c5
        if r3 == 18 goto c6
        if r3 == 21 goto c7
        if r3 == 24 goto c8
        if r3 == 27 goto c9
        if r3 == 30 goto c10
        if r3 == 33 goto c11
        if r3 == 36 goto c12
        if r3 == 39 goto c13
        if r3 == 42 goto c14
        if r3 == 45 goto c15
        if r3 == 48 goto c16
        if r3 == 51 goto c17
        if r3 == 54 goto c18
        if r3 == 57 goto c19
        goto out
c0:
        r0 = 0
        goto tail
c1:
        r0 = 1
        goto tail
c2:
        r0 = 2
        goto tail
c3:
        r0 = 3
        goto tail
c4:
        r0 = 4
        goto tail
c5:
        r0 = 5
        goto tail
c6:
        r0 = 6
        goto tail
c7:
        r0 = 7
        goto tail
c8:
        r0 = 8
        goto tail
c9:
        r0 = 9
        goto tail
c10:
        r0 = 10
        goto tail
c11:
        r0 = 11
        goto tail
c12:
        r0 = 12
        goto tail
c13:
        r0 = 13
        goto tail
c14:
        r0 = 14
        goto tail
c15:
        r0 = 15
        goto tail
c16:
        r0 = 16
        goto tail
c17:
        r0 = 17
        goto tail
c18:
        r0 = 18
        goto tail
c19:
        r0 = 19
        goto tail
tail:
        r4 = *(u32 *)(r1 + 26)
        r0 ^= r4
out:
        exit
