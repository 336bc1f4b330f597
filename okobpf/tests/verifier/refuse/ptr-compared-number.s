/* Compares a pointer with a number. */
/* expect: forbidden comparison */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r1 > 4096 goto out
        r0 = 1
out:
        exit
