/* Pointer on one path, number on the other. */
/* expect: r3 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = r1
        if r2 > 20 goto a
        r3 = 77
a:
        if r2 < 10 goto out
        r0 = *(u8 *)(r3 + 0)
out:
        exit
