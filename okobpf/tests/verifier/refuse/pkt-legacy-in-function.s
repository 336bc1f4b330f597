/* Legacy packet load in a function. */
/* expect: legacy packet load in a function */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call f
        exit
f:
        r6 = r1
        r0 = *(u16 *)skb[12]
        exit
