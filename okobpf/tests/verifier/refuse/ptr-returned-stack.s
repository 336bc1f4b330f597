/* Returns a stack pointer. */
/* expect: returns a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = r10
        exit
