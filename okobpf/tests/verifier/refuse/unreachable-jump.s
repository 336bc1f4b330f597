/* Code jumped over. */
/* expect: unreachable instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        goto +1
        r0 = 1
        exit
