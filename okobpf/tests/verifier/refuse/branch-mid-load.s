/* Branches into the middle of a 16-byte load. */
/* expect: middle of a 16-byte load */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 == 0 goto +1
        r1 = 1311768467463790320 ll
        exit
