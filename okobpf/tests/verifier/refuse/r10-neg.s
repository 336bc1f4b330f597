/* Negates r10. */
/* expect: write to r10 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r10 = -r10
        r0 = 0
        exit
