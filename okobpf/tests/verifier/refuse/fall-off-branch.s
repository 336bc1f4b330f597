/* Runs off the end on one path. */
/* expect: falls off the end */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 == 0 goto a
        exit
a:
        r0 = 1
