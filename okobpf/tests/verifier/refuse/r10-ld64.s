/* Loads a constant into r10. */
/* expect: write to r10 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r10 = 1 ll
        r0 = 0
        exit
