/* A pointer sent around the address space. */
/* expect: before the start of the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 14 goto out
        r3 = 0x7fffffffffffffff ll
        r1 += r3
        r1 += r3
        r0 = *(u8 *)(r1 + 1)
out:
        exit
