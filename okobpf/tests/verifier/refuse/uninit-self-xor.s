/* r0 ^= r0 reads r0. */
/* expect: r0 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 ^= r0
        exit
