/* Two paths meet with a number in the lower half of a slot and, in the upper,
 * zero bytes on one path and on the other a number, which is zero at times
 * and at times not.  The zero must not stand for that number. */
/* expect: access of 1 bytes at offset 16384 */
        .section maps, "aw", @progbits
        .globl  arr
        .type   arr, @object
arr:    .long   1, 4, 64, 1, 0
        .size   arr, 20

        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 < 20 goto out
        r6 = r1
        r3 = 0
        *(u32 *)(r10 - 20) = r3
        r1 = arr ll
        r2 = r10
        r2 += -20
        call 1
        if r0 == 0 goto out
        r3 = 0
        r9 = *(u8 *)(r6 + 0)
        r8 = *(u8 *)(r6 + 1)
        if r9 > 9 goto whole
        *(u16 *)(r10 - 12) = r3
        *(u16 *)(r10 - 10) = r3
        *(u32 *)(r10 - 16) = r8
        goto use
whole:
        r7 = 16384
        if r8 > 9 goto small
        r7 = 0
small:
        *(u64 *)(r10 - 16) = r8
        r8 += 1
        if r8 == 0 goto more
        r8 += 1
more:
        if r8 == 1 goto half
        r8 += 1
half:
        *(u32 *)(r10 - 12) = r7
use:
        r1 = *(u32 *)(r10 - 12)
        r0 += r1
        r0 = *(u8 *)(r0 + 0)
out:
        r0 &= 1
        exit
