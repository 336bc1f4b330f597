/* Runs on into the next function. */
/* expect: falls off the end */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        r0 = 0
f:
        r0 = 0
        exit
