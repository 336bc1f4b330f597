/* Difference of stack pointers. */
/* expect: difference of */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r10
        r3 += -8
        r3 -= r10
        r0 = r3
        exit
