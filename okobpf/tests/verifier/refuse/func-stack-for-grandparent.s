/* A function stores its caller's variable in the stack of the one before. */
/* expect: in the stack of its caller */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = r10
        r1 += -8
        call function
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u64 *)(r1 + 0)
        exit
function:
        r6 = r1
        r1 = r10
        r1 += -8
        r5 = 1
        *(u64 *)(r10 - 8) = r5
        r2 = r6
        call other
        r0 = 0
        exit
other:
        *(u64 *)(r2 + 0) = r1
        r0 = 0
        exit
