/* A function bounds a number for its caller. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r6 = r1
        r1 = r2
        call f
        r6 += r0
        r0 = *(u8 *)(r6 + 3)
out:
        exit
f:
        r0 = r1
        r0 &= 15
        exit
