/* Jumps before the start. */
/* expect: jump to instruction -3 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        goto -5
        exit
