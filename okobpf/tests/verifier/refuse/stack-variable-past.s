/* A variable offset that may be past the end of the stack by one byte. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 &= 7
        r1 = r10
        r1 += r2
        r0 = 0
        *(u8 *)(r1 - 7) = r0
        exit
