/* Jumps into another function. */
/* expect: in another function */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 == 0 goto +3
        call f
        exit
f:
        r0 = 1
        r0 = 2
        exit
