/* -ptr is still made of an address. */
/* expect: the program returns a negated packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = -r1
        r0 = r1
        exit
