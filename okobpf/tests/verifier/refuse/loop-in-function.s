/* An endless loop in a function. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call function
        exit
function:
        r0 = 0
out:
        if r1 == 0 goto on
        goto out
on:
        exit
