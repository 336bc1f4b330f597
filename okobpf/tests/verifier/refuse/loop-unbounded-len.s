/* As many rounds as the packet has bytes. */
/* expect: too much work in one run: more than 1000000 units after */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        r3 = 0
a:
        if r3 >= r2 goto out
        r3 += 1
        r0 ^= r3
        goto a
out:
        exit
