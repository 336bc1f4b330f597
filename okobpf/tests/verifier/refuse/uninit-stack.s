/* Reads stack that nothing has written. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = *(u64 *)(r10 - 8)
        exit
