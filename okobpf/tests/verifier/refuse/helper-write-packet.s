/* load_bytes() into the packet. */
/* expect: write to the packet */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r2 = r1
        r1 = 0
        r3 = 8
        call 9
out:
        r0 = 0
        exit
