/* The step of the loop may be 0. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r2
        r3 &= 1
out:
        r0 += r3
        if r0 < 10 goto out
        exit
