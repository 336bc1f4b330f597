/* A counter that comes back. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
a:
        r0 ^= 1
        if r2 > 5 goto a
        exit
