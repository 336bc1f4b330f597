/* Jumps past the end. */
/* expect: jump to instruction 7 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        goto +5
        exit
