/* A function returns what it looked up unchecked. */
/* expect: may be NULL */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call function
        r0 = *(u64 *)(r0 + 0)
        exit
function:
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        r2 = r10
        r2 += -4
        r1 = hash ll
        call 1
        exit

        .section maps, "aw", @progbits
        .globl  hash
        .type   hash, @object
hash:   .long   4, 4, 16, 64, 0
        .size   hash, 20
