/* Checked by equality. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 != 60 goto out
        r0 = *(u32 *)(r1 + 56)
out:
        exit
