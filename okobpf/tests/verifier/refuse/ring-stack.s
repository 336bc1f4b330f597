/* Bytes of the stack that are not there. */
/* expect: argument 2 of ring_output() */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = 0
        *(u64 *)(r10 - 8) = r1
        *(u64 *)(r10 - 16) = r1
        r2 = r10
        r2 += -16
        r3 = 24
        r1 = m ll
        call 13
        exit

        .section maps, "aw", @progbits
        .globl  m
        .type   m, @object
        .size   m, 20
m:
        .long   9, 4, 64, 16, 0
