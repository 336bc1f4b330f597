/* Reads at the end of the packet. */
/* expect: at the end of the packet + 0 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 += r2
        r0 = *(u8 *)(r1 + 0)
        exit
