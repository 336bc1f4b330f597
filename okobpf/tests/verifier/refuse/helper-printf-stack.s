/* printf() of a string on the stack. */
/* expect: expected a constant string */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        r1 = r10
        r1 += -8
        call 7
        exit
