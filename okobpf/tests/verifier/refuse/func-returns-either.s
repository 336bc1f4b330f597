/* A function returns a pointer or a number. */
/* expect: is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        call function
        if r6 < 14 goto out
        r0 = *(u8 *)(r0 + 0)
        exit
out:
        r0 = 0
        exit
function:
        r0 = r1
        if r2 > 64 goto on
        r0 = r2
on:
        exit
