/* The rest of a half-overwritten pointer read as a number. */
/* expect: half-overwritten pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        *(u64 *)(r10 - 8) = r10
        r3 = 8
        *(u32 *)(r10 - 8) = r3
        r0 = *(u32 *)(r10 - 4)
        exit
