/* Checked by >. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 > 33 goto a
        exit
a:
        r0 = *(u32 *)(r1 + 30)
        exit
