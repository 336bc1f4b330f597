/* A mask makes no bound of the length. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r2
        r3 &= 0xff
        if r3 > 40 goto a
        exit
a:
        r0 = *(u8 *)(r1 + 80)
        exit
