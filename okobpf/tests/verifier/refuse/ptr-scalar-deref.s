/* Uses a number as an address. */
/* expect: r3 is a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r3 = 4096
        r0 = *(u8 *)(r3 + 0)
        exit
