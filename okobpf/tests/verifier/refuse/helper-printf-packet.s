/* printf() of the packet. */
/* expect: expected a constant string */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call 7
        exit
