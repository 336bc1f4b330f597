/* Runs off the end. */
/* expect: falls off the end */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
