/* The whole length from an offset on. */
/* expect: the size may be as large as */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        r1 += 4
        call 6
        exit
out:
        r0 = 0
        exit
