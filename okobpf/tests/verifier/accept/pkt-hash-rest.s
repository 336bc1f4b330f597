/* Hashes what is left of the packet from a variable offset. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r4 = *(u8 *)(r1 + 15)
        r4 &= 15
        r3 = *(u8 *)(r1 + 14)
        r3 &= 15
        r3 <<= 2
        r5 = r3
        r5 += 14
        if r5 >= r2 goto out
        r1 += r5
        r2 -= r5
        call 6
out:
        r0 = 0
        exit
