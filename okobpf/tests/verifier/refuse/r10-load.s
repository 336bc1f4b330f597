/* Loads into r10. */
/* expect: write to r10 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r2
        r10 = *(u64 *)(r10 - 8)
        r0 = 0
        exit
