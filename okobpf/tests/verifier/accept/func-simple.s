/* A function. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        r0 = r2
        exit
