/* A call destroys r1 to r5. */
/* expect: r1 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call 5
        r0 = r1
        exit
