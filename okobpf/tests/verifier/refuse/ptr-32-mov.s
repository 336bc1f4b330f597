/* 32-bit copy of a pointer. */
/* expect: partial copy */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = w1
        exit
