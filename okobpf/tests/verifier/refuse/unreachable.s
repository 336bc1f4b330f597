/* Code after the return. */
/* expect: unreachable instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        exit
        r0 = 1
        exit
