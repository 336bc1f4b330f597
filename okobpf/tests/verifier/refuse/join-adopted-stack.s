/* Only one of two paths has compared the sum of two numbers with the packet's
 * length, and has stored it in a slot of the stack that is never read.  The
 * same sum, computed again, is bounded on that path alone. */
/* expect: of which 0 bytes are known to exist here */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r3 = *(u8 *)(r1 + 0)
        r4 = *(u8 *)(r1 + 1)
        r7 = *(u8 *)(r1 + 2)
        r0 = r3
        r0 = r4
        if r7 == 0 goto join
        r5 = r3
        r5 += r4
        r5 += 4
        if r5 > r2 goto out
        *(u64 *)(r10 - 8) = r5
        r5 = 0
join:
        r3 += r4
        r1 += r3
        r0 = *(u32 *)(r1 + 0)
out:
        exit
