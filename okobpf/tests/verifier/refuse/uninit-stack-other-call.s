/* What one function left on the stack is not there for the next. */
/* expect: is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = 0
        call function
        call other
        exit
function:
        r3 = 1
        *(u64 *)(r10 - 8) = r3
        r0 = 0
        exit
other:
        r0 = *(u64 *)(r10 - 8)
        exit
