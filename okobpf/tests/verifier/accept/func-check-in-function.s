/* A function reads what its caller checked. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        call f
out:
        exit
f:
        r0 = *(u8 *)(r1 + 10)
        exit
