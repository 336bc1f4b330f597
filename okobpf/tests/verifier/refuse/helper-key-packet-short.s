/* A key in the packet that ends a byte past what was checked. */
/* expect: of which 29 bytes */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 29 goto out
        r2 = r1
        r2 += 26
        r1 = hash ll
        call 1
out:
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
