/* Checked by a 32-bit comparison. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if w2 < 34 goto out
        r0 = *(u32 *)(r1 + 30)
out:
        exit
