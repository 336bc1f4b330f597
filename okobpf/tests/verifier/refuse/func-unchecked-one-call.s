/* Checked by one of two callers. */
/* expect: known to exist */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r6 = r1
        if r2 < 20 goto a
        call f
        exit
a:
        call f
        exit
f:
        r0 = *(u8 *)(r1 + 10)
        exit
