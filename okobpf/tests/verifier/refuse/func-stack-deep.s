/* Too much stack in a function. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        r0 = 0
        *(u64 *)(r10 - 520) = r0
        exit
