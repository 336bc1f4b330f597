/* 32-bit shift by 32. */
/* expect: shift by 32 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        w0 = 5
        w0 >>= 32
        exit
