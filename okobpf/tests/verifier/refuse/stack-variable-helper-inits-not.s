/* What a helper wrote at a variable offset need not be where the stack is read. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = r2
        r3 &= 8
        r2 = r10
        r2 += -16
        r2 += r3
        r1 = 0
        r3 = 8
        call 9
        r0 = *(u64 *)(r10 - 16)
        exit
