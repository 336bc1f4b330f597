/* Uses the length as an address. */
/* expect: r2 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = *(u8 *)(r2 + 0)
        exit
