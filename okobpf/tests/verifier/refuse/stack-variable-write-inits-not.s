/* A write at a variable offset need not be where the stack is read. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 &= 8
        r1 = r10
        r1 += r2
        r3 = 0
        *(u64 *)(r1 - 16) = r3
        r0 = *(u64 *)(r10 - 16)
        exit
