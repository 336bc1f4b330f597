/* A function that calls itself. */
/* expect: recursion */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        call f
        exit
