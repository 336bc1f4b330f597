/* Helper 0. */
/* expect: unknown helper 0 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call 0
        r0 = 0
        exit
