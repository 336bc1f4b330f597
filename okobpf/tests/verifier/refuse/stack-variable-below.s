/* A variable offset that may be below the stack by one byte. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 &= 7
        r1 = r10
        r1 -= r2
        r0 = 0
        *(u8 *)(r1 - 506) = r0
        exit
