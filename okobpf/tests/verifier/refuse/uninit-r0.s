/* Returns a result that was never set. */
/* expect: r0 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        exit
