/* Stores a register that nothing has written. */
/* expect: r7 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r7
        r0 = 0
        exit
