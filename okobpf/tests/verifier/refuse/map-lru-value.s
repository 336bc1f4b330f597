/* Past the end of a value of an LRU hash. */
/* expect: access of 8 bytes at offset */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 1
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = flows ll
        call 1
        if r0 == 0 goto out
        r1 = *(u64 *)(r0 + 12)
        r0 = 0
out:
        exit

        .section maps, "aw", @progbits
        .globl  flows
        .type   flows, @object
flows:  .long   7, 4, 16, 64, 0
        .size   flows, 20
