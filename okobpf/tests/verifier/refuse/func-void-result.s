/* The result of a function that sets none. */
/* expect: r0 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        r6 = 0
        exit
