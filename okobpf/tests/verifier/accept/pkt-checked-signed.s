/* Checked by a signed comparison. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 s< 34 goto out
        r0 = *(u32 *)(r1 + 30)
out:
        exit
