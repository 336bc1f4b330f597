/* Steps of two never hit an odd number. */
/* expect: too much work in one run: more than 1000000 units after */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = 0
out:
        w0 += 2
        if w0 != 4294967295 goto out
        exit
