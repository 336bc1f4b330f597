/* A half-overwritten reference to a map. */
/* expect: half-overwritten pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r1 = array ll
        *(u64 *)(r10 - 16) = r1
        r5 = 0
        *(u32 *)(r10 - 16) = r5
        r1 = *(u64 *)(r10 - 16)
        r2 = r10
        r2 += -4
        r5 = 0
        *(u32 *)(r10 - 4) = r5
        call 1
        r0 = 0
        exit

        .section maps, "aw", @progbits
        .globl  array
        .type   array, @object
array:  .long   1, 4, 16, 8, 0
        .size   array, 20
