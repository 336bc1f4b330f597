/* Reads above the stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = *(u64 *)(r10 + 8)
        exit
