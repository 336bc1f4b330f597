/* Writes r10. */
/* expect: write to r10 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r10 = 5
        r0 = 0
        exit
