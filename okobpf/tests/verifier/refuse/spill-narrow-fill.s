/* The second byte of a known number is known, and too large. */
/* expect: of which 20 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        r3 = 256
        *(u64 *)(r10 - 8) = r3
        r3 = *(u8 *)(r10 - 7)
        r3 *= 100
        r1 += r3
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
