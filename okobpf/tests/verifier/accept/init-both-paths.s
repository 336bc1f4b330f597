/* Initialized on both paths. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto a
        r0 = 1
        goto out
a:
        r0 = 0
out:
        exit
