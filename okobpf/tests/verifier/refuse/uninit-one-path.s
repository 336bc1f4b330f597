/* Initialized on one of two paths only. */
/* expect: r0 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        r0 = 1
out:
        exit
