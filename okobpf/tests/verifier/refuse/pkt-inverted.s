/* The check the wrong way round. */
/* expect: bytes are known */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 > 34 goto out
        r0 = *(u8 *)(r1 + 20)
out:
        exit
