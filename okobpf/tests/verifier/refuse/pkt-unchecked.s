/* Read without a check. */
/* expect: of which 0 bytes are known */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = *(u8 *)(r1 + 0)
        exit
