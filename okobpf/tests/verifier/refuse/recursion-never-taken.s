/* Recursion behind a branch that is never taken is recursion. */
/* expect: recursion */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        call function
        exit
function:
        r0 = 0
        if r1 == 0 goto out
        call function
out:
        exit
