/* Reads the last bytes of a packet that is long enough. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 34 goto out
        r1 += r2
        r0 = *(u32 *)(r1 - 4)
out:
        exit
