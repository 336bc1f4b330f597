/* Compares two stack pointers. */
/* expect: forbidden comparison */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r10
        r3 += -8
        if r3 < r10 goto out
        r0 = 1
out:
        exit
