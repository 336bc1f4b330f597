/* A pointer so far off that it wraps. */
/* expect: stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r3 = 0x7fffffffffffffff ll
        r1 += r3
        r2 = 0
        *(u8 *)(r1 + 0) = r2
        r0 = 0
        exit
