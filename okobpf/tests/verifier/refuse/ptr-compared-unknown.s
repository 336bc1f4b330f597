/* Compares a pointer with an unknown number. */
/* expect: forbidden comparison */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r10 == r2 goto out
        r0 = 1
out:
        exit
