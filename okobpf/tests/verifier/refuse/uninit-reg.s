/* Reads a register that nothing has written. */
/* expect: r3 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = r3
        exit
