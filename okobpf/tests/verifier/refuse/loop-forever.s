/* Jumps to itself. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
a:
        goto a
