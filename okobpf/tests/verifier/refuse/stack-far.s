/* A pointer far off the stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -1048576
        r2 = 0
        *(u8 *)(r1 + 0) = r2
        r0 = 0
        exit
