/* Hash of unbounded size. */
/* expect: size */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 0
        *(u64 *)(r10 - 8) = r3
        r1 = r10
        r1 += -8
        if r2 == 0 goto out
        call 6
        exit
out:
        r0 = 0
        exit
