/* A call of a function destroys r1 to r5, too. */
/* expect: r5 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r5 = 1
        call f
        r0 = r5
        exit
f:
        r0 = 0
        exit
