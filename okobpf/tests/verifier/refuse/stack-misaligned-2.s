/* A misaligned read of the stack. */
/* expect: misaligned */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 8) = r1
        r0 = *(u32 *)(r10 - 6)
        exit
