/* A thousand rounds, downward. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 1000
a:
        r0 += r1
        r1 += -1
        if r1 != 0 goto a
        exit
