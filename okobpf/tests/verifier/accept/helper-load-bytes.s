/* load_bytes() initializes the stack. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 12
        r2 = r10
        r2 += -8
        r3 = 8
        call 9
        if r0 != 0 goto out
        r0 = *(u64 *)(r10 - 8)
        exit
out:
        r0 = 0
        exit
