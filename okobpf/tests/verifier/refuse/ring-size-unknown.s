/* A size that is anything. */
/* expect: argument 3 of ring_output(): events in the ring 'm' have at most 8 bytes, and the size may be as large as 2147483647 */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r6 = r2
        r1 = 0
        *(u64 *)(r10 - 8) = r1
        *(u64 *)(r10 - 16) = r1
        r2 = r10
        r2 += -16
        r3 = r6
        r1 = m ll
        call 13
        exit

        .section maps, "aw", @progbits
        .globl  m
        .type   m, @object
        .size   m, 20
m:
        .long   9, 4, 8, 16, 0
