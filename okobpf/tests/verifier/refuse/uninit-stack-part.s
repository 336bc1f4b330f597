/* Reads 8 bytes of stack of which 4 were written. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u32 *)(r10 - 8) = r1
        r0 = *(u64 *)(r10 - 8)
        exit
