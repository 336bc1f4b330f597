/* A pointer stored in 4 bytes. */
/* expect: store of 4 bytes of a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u32 *)(r10 - 8) = r10
        r0 = 0
        exit
