/* A function does not see the registers of its caller. */
/* expect: r6 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = 5
        call function
        exit
function:
        r0 = r6
        exit
