/* A function that calls the program. */
/* expect: recursion */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        r1 = 0
        call entry
        exit
