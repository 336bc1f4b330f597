/* Legacy packet loads with the context. */
        .section filter, "ax", @progbits
        .globl  prog
        .type   prog, @function
prog:
        r6 = r1
        r0 = *(u16 *)skb[12]
        exit
