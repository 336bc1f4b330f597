/* 32-bit copy of a pointer. */
/* expect: the program returns the lower half of a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = w1
        exit
