/* Hash of a size that may be too large. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        r1 = r10
        r1 += -8
        r2 &= 15
        if r2 == 0 goto out
        call 6
        exit
out:
        r0 = 0
        exit
