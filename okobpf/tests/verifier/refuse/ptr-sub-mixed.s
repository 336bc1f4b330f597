/* Difference of a packet and a stack pointer. */
/* expect: difference of */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 -= r10
        r0 = r1
        exit
