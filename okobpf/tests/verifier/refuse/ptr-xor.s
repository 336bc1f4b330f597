/* ptr ^= ptr. */
/* expect: forbidden arithmetic */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r10
        r3 ^= r1
        r0 = 0
        exit
