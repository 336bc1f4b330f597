/* The last of the words that may be written is past the end of the stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 &= 8
        r1 = r10
        r1 += r2
        r0 = 0
        *(u64 *)(r1 - 8) = r0
        exit
