/* Legacy packet loads destroy r1 to r5. */
/* expect: r2 is not initialized */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r1
        r0 = *(u16 *)skb[12]
        r0 = r2
        exit
