/* A function overwrites a byte of a pointer that its caller keeps. */
/* expect: half-overwritten pointer */
        .text
        .globl  entry
        .type   entry, @function
entry:
        if r2 < 20 goto out
        *(u64 *)(r10 - 8) = r1
        r1 = r10
        r1 += -8
        call function
        r1 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r1 + 0)
        exit
out:
        r0 = 0
        exit
function:
        r3 = 5
        *(u8 *)(r1 + 3) = r3
        r0 = 0
        exit
