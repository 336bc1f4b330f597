/* Hash of a part of the packet. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r1 += 26
        r2 = 8
        call 6
out:
        exit
