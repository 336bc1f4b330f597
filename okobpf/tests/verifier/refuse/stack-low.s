/* Writes below the stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 520) = r1
        r0 = 0
        exit
