/* A stack pointer that differs between two paths that meet: one goes past the
 * stack. */
/* expect: of the stack */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        *(u64 *)(r10 - 8) = r0
        r6 = r2
        r6 &= 7
        if r2 > 20 goto a
        r6 = r2
        r6 &= 15
a:
        r3 = r10
        r3 += -8
        r3 += r6
        r4 = 1
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        r4 += r2
        if r4 == 7 goto b
        r4 += 1
b:
        r0 = *(u8 *)(r3 + 0)
        exit
