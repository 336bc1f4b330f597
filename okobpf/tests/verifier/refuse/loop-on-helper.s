/* Waits for a time that may never come. */
/* expect: endless loop */
        .text
        .globl  entry
        .type   entry, @function
entry:
a:
        call 5
        if r0 != 5 goto a
        exit
