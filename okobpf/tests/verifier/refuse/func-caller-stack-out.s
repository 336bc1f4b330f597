/* A function goes past its caller's stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -8
        call f
        exit
f:
        r0 = 0
        *(u64 *)(r1 + 8) = r0
        exit
