/* A function with a loop, called in a loop. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = 0
        r7 = 0
a:
        r1 = r6
        call f
        r7 += r0
        r6 += 1
        if r6 < 10 goto a
        r0 = r7
        exit
f:
        r0 = 0
        r2 = 0
fl:
        r0 += r1
        r2 += 1
        if r2 < 10 goto fl
        exit
