/* A function returns a pointer to its stack. */
/* expect: return of a stack pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        r1 = 0
        *(u64 *)(r0 - 8) = r1
        r0 = 0
        exit
f:
        r0 = r10
        exit
