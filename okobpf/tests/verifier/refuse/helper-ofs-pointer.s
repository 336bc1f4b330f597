/* load_bytes() from a pointer. */
/* expect: expected a number, got a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 = r10
        r2 += -8
        r3 = 8
        call 9
        r0 = 0
        exit
