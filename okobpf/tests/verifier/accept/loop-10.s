/* Ten rounds. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r1 = 0
a:
        r0 += r1
        r1 += 1
        if r1 < 10 goto a
        exit
