/* A loop whose condition never changes. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
a:
        if r2 != 5 goto a
        exit
