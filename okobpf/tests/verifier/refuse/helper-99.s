/* Helper 99. */
/* expect: unknown helper 99 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call 99
        r0 = 0
        exit
