/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/tnum.h"

static uint64_t
low_bits(int width)
{
    return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

struct tnum
okobpf_tnum_range(uint64_t min, uint64_t max)
{
    uint64_t differ = min ^ max;
    uint64_t mask = 0;

    /* All bits from the highest that differs downward take both values. */
    if (differ) {
        mask = low_bits(64 - __builtin_clzll(differ));
    }
    return (struct tnum) { min & ~mask, mask };
}

bool
okobpf_tnum_intersect(struct tnum a, struct tnum b, struct tnum *t)
{
    if ((a.value ^ b.value) & ~a.mask & ~b.mask) {
        return false;
    }
    t->value = a.value | b.value;
    t->mask = a.mask & b.mask;
    return true;
}

struct tnum
okobpf_tnum_truncate(struct tnum t, int width)
{
    uint64_t low = low_bits(width);

    return (struct tnum) { t.value & low, t.mask & low };
}

struct tnum
okobpf_tnum_add(struct tnum a, struct tnum b)
{
    /* The smallest sum has all unknown bits 0 and the largest has them 1.
     * Each carry that any other choice makes differs between these two, or
     * else is the same in all. */
    uint64_t least = a.value + b.value;
    uint64_t most = least + a.mask + b.mask;
    uint64_t mask = (least ^ most) | a.mask | b.mask;

    return (struct tnum) { least & ~mask, mask };
}

struct tnum
okobpf_tnum_sub(struct tnum a, struct tnum b)
{
    /* As in okobpf_tnum_add(), for borrows. */
    uint64_t middle = a.value - b.value;
    uint64_t mask = ((middle + a.mask) ^ (middle - b.mask)) | a.mask | b.mask;

    return (struct tnum) { middle & ~mask, mask };
}

struct tnum
okobpf_tnum_mul(struct tnum a, struct tnum b)
{
    struct tnum product = tnum_const(0);

    /* Long multiplication.  A bit of 'a' that is unknown adds either nothing
     * or the shifted 'b', so the bits that 'b' may have are unknown. */
    while (a.value | a.mask) {
        if (a.value & 1) {
            product = okobpf_tnum_add(product, b);
        } else if (a.mask & 1) {
            struct tnum maybe = { 0, b.value | b.mask };
            product = okobpf_tnum_add(product, maybe);
        }
        a = okobpf_tnum_rsh(a, 1);
        b = okobpf_tnum_lsh(b, 1);
    }
    return product;
}

struct tnum
okobpf_tnum_and(struct tnum a, struct tnum b)
{
    uint64_t ones = a.value & b.value;
    uint64_t maybe = (a.value | a.mask) & (b.value | b.mask);

    return (struct tnum) { ones, maybe & ~ones };
}

struct tnum
okobpf_tnum_or(struct tnum a, struct tnum b)
{
    uint64_t ones = a.value | b.value;

    return (struct tnum) { ones, (a.mask | b.mask) & ~ones };
}

struct tnum
okobpf_tnum_xor(struct tnum a, struct tnum b)
{
    uint64_t mask = a.mask | b.mask;

    return (struct tnum) { (a.value ^ b.value) & ~mask, mask };
}

struct tnum
okobpf_tnum_lsh(struct tnum t, int n)
{
    return (struct tnum) { t.value << n, t.mask << n };
}

struct tnum
okobpf_tnum_rsh(struct tnum t, int n)
{
    return (struct tnum) { t.value >> n, t.mask >> n };
}

static uint64_t
sign_extend(uint64_t x, int width)
{
    return width >= 64 ? x : (uint64_t) ((int64_t) (x << (64 - width))
                                         >> (64 - width));
}

struct tnum
okobpf_tnum_sext(struct tnum t, int width)
{
    /* An unknown sign makes all copies of it unknown. */
    return (struct tnum) { sign_extend(t.value, width),
                           sign_extend(t.mask, width) };
}

struct tnum
okobpf_tnum_arsh(struct tnum t, int n, int width)
{
    struct tnum wide = okobpf_tnum_sext(t, width);

    wide.value = (uint64_t) ((int64_t) wide.value >> n);
    wide.mask = (uint64_t) ((int64_t) wide.mask >> n);
    return okobpf_tnum_truncate(wide, width);
}
