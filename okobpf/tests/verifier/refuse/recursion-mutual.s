/* Two functions that call each other. */
/* expect: recursion */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        call g
        exit
g:
        call f
        exit
