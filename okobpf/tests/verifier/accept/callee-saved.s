/* r6 to r9 outlive calls. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        call 5
        r0 += r6
        call f
        r0 = r6
        exit
f:
        r6 = 3
        r0 = r6
        exit
