/* Returns the packet. */
/* expect: returns a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = r1
        exit
