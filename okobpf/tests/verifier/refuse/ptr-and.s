/* ptr &= mask. */
/* expect: forbidden arithmetic on a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 &= 0xffff
        r0 = *(u8 *)(r1 + 0)
        exit
