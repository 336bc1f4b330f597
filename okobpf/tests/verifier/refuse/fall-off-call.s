/* The main function runs on into the function that it calls. */
/* expect: falls off the end of the function */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call function
        r0 = 1
function:
        r0 = 1
        exit
