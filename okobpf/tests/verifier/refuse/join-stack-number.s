/* A number on the stack whose value matters only much later. */
/* expect: of which 20 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r5 = 5
        *(u64 *)(r10 - 8) = r5
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        if r3 > 5 goto a
        goto b
a:
        r5 = 500
        *(u64 *)(r10 - 8) = r5
b:
        r3 = *(u8 *)(r1 + 1)
        if r3 > 5 goto c
        r7 = 1
        goto d
c:
        r7 = 2
d:
        r6 = *(u64 *)(r10 - 8)
        r1 += r6
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
