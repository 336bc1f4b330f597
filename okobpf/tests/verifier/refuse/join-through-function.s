/* A number whose value matters only after it passed through a function. */
/* expect: of which 20 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r1
        if r2 < 20 goto on
        r3 = *(u8 *)(r1 + 0)
        r7 = 5
        if r3 > 5 goto a
        goto b
a:
        r7 = 500
b:
        r1 = r7
        call function
        r6 += r0
        r0 = *(u8 *)(r6 + 0)
        exit
on:
        r0 = 0
        exit
function:
        r0 = r1
        exit
