/* A size out of the packet. */
/* expect: of which 20 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r2
        if r2 < 20 goto out
        r2 = *(u8 *)(r1 + 0)
        call 6
        exit
out:
        r0 = 0
        exit
