/* A misaligned write to the stack. */
/* expect: misaligned */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 12) = r1
        r0 = 0
        exit
