/* A function doesn't see its caller's r6. */
/* expect: r6 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = 1
        call f
        exit
f:
        r0 = r6
        exit
