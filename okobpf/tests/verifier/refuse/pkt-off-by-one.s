/* Off by one: <= for <. */
/* expect: of which 14 bytes are known */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 <= 13 goto out
        r0 = *(u16 *)(r1 + 13)
out:
        exit
