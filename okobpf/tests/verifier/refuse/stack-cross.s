/* Write across the end of the stack, moved pointer. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -4
        r2 = 0
        *(u32 *)(r1 + 4) = r2
        r0 = 0
        exit
