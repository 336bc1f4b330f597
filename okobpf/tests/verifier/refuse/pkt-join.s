/* Checked on one of two paths only. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 == 0 goto a
        if r2 < 14 goto out
a:
        r0 = *(u8 *)(r1 + 0)
out:
        exit
