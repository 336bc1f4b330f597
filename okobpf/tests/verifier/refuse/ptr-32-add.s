/* 32-bit arithmetic on a pointer. */
/* expect: 32-bit arithmetic on */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w1 += 1
        r0 = 0
        exit
