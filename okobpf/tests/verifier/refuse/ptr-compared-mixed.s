/* Compares a packet with a stack pointer. */
/* expect: forbidden comparison */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r1 < r10 goto out
        r0 = 1
out:
        exit
