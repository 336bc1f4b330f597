/* A loop that counts but doesn't look. */
/* expect: too much work in one run: more than 1000000 units after */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
a:
        r0 += 1
        if r2 != 5 goto a
        exit
