/* Division by the constant 0. */
/* expect: division by the constant 0 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 5
        r0 /= 0
        exit
