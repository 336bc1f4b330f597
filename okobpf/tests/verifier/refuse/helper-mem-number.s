/* A number for memory. */
/* expect: is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 4096
        r2 = 8
        call 6
        exit
