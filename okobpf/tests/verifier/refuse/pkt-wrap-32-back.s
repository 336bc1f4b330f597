/* 32-bit arithmetic there and back may wrap. */
/* expect: variable offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 64 goto out
        r3 = *(u32 *)(r1 + 0)
        w3 += -8
        if r3 > r2 goto out
        w3 += 8
        r1 += r3
        r0 = *(u8 *)(r1 - 1)
        r0 = *(u8 *)(r1 + 0)
out:
        exit
