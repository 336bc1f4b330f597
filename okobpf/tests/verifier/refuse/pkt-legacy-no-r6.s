/* Legacy packet load without the packet in r6. */
/* expect: expected the program's first argument in r6 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        r0 = *(u16 *)skb[12]
        exit
