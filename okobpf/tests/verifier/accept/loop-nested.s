/* Loops in loops. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 0
a:
        r3 = 0
b:
        r0 += r3
        r3 += 1
        if r3 < 10 goto b
        r1 += 1
        if r1 < 10 goto a
        exit
