/* A read that may be of a byte of a pointer. */
/* expect: is part of a packet pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 16) = r1
        *(u64 *)(r10 - 8) = r0
        r2 &= 8
        r2 += 7
        r3 = r10
        r3 += r2
        r0 = *(u8 *)(r3 - 16)
        exit
