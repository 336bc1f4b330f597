/* The check written the other way round. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = 34
        if r3 > r2 goto out
        r0 = *(u32 *)(r1 + 30)
out:
        exit
