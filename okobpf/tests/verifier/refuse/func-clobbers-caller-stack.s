/* A function's stack isn't initialized by the one before. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        call g
        exit
f:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        exit
g:
        r0 = *(u64 *)(r10 - 8)
        exit
