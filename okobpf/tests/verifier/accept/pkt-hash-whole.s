/* Hash of the whole packet. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 1 goto out
        call 6
out:
        exit
