/* 32-bit division by the constant 0. */
/* expect: division by the constant 0 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = 5
        w0 /= 0
        exit
