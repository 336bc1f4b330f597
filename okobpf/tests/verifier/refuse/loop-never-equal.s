/* Steps of two never hit an odd number. */
/* expect: no end in sight */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = 0
out:
        w0 += 2
        if w0 != 4294967295 goto out
        exit
