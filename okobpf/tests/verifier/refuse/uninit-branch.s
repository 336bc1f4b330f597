/* Compares a register that nothing has written. */
/* expect: r4 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r4 == 0 goto out
        r0 = 1
out:
        exit
