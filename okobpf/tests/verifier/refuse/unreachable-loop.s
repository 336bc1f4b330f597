/* A loop that nothing leads to. */
/* expect: unreachable instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        exit
a:
        goto a
