/* the program returns the lower half of a packet pointer a pointer. */
/* expect: the program returns the lower half of a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w1 += 1
        r0 = r1
        exit
