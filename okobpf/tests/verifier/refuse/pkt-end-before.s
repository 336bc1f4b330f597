/* Reads before the end of a packet that may be shorter. */
/* expect: before the start */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 += r2
        r0 = *(u8 *)(r1 - 4)
        exit
