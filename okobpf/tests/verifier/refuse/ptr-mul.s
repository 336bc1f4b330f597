/* ptr *= 2. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 *= 2
        r0 = 0
        exit
