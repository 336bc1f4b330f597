/* Part of a spilled pointer read as a number. */
/* expect: is part of a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r10
        r0 = *(u32 *)(r10 - 8)
        exit
