/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/scalar.h"

/* Sets of one number or of all, and how the parts of a set refine each
 * other.  Arithmetic on sets is in range.c. */

struct range
okobpf_range_full(int width)
{
    return (struct range) {
        .umin = 0,
        .umax = scalar_umax(width),
        .smin = scalar_sext(UINT64_C(1) << (width - 1), width),
        .smax = (int64_t) (scalar_umax(width) >> 1),
    };
}

static bool
range_is_empty(const struct range *r)
{
    return r->umin > r->umax || r->smin > r->smax;
}

static void
raise_umin(struct range *r, uint64_t x)
{
    r->umin = x > r->umin ? x : r->umin;
}

static void
lower_umax(struct range *r, uint64_t x)
{
    r->umax = x < r->umax ? x : r->umax;
}

static void
raise_smin(struct range *r, int64_t x)
{
    r->smin = x > r->smin ? x : r->smin;
}

static void
lower_smax(struct range *r, int64_t x)
{
    r->smax = x < r->smax ? x : r->smax;
}

static void
range_intersect(struct range *a, const struct range *b)
{
    raise_umin(a, b->umin);
    lower_umax(a, b->umax);
    raise_smin(a, b->smin);
    lower_smax(a, b->smax);
}

static bool
range_includes(const struct range *a, const struct range *b)
{
    return (a->umin <= b->umin && a->umax >= b->umax
            && a->smin <= b->smin && a->smax >= b->smax);
}

static bool
range_equal(const struct range *a, const struct range *b)
{
    return (a->umin == b->umin && a->umax == b->umax
            && a->smin == b->smin && a->smax == b->smax);
}

/* Takes over into the signed bounds of 'r' what the unsigned ones say, and the
 * other way around. */
static void
range_sync_signs(struct range *r, int width)
{
    uint64_t half = scalar_umax(width) >> 1;

    /* Without the step from 'half' to 'half + 1' in them, unsigned bounds are
     * in order as signed ones, too. */
    if (r->umax <= half || r->umin > half) {
        raise_smin(r, scalar_sext(r->umin, width));
        lower_smax(r, scalar_sext(r->umax, width));
    }
    if (r->smin >= 0 || r->smax < 0) {
        raise_umin(r, (uint64_t) r->smin & scalar_umax(width));
        lower_umax(r, (uint64_t) r->smax & scalar_umax(width));
    } else {
        /* Signed bounds on both sides of 0: where the unsigned ones exclude
         * one side, the other remains. */
        uint64_t last_negative = (uint64_t) r->smin & scalar_umax(width);

        if (r->umax < last_negative) {
            lower_umax(r, (uint64_t) r->smax);
            raise_smin(r, 0);
        }
        if (r->umin > (uint64_t) r->smax) {
            raise_umin(r, last_negative);
            lower_smax(r, -1);
        }
    }
}

/* Returns the largest number in 't' that is not larger than 'x', or 'x' if
 * there is none.
 *
 * Where 'x' differs from the known bits, the highest such bit decides.  If it
 * is 1 in 'x', it becomes 0, and all that is unknown below it becomes 1.  If
 * it is 0 in 'x', a higher bit must give way: the lowest one that is unknown
 * and 1 in 'x'. */
static uint64_t
tnum_floor(struct tnum t, uint64_t x)
{
    uint64_t wrong = (x ^ t.value) & ~t.mask;
    uint64_t bit, below;

    if (!wrong) {
        return x;
    }
    bit = UINT64_C(1) << (63 - __builtin_clzll(wrong));
    if (!(x & bit)) {
        uint64_t higher = x & t.mask & ~(bit | (bit - 1));

        if (!higher) {
            return x;
        }
        bit = higher & -higher;
    }
    below = bit - 1;
    return (x & ~(bit | below)) | ((t.value | t.mask) & below);
}

/* Returns the smallest number in 't' that is not less than 'x', or 'x' if
 * there is none.  'low' has a 1 for each bit of the numbers' width.  The
 * complements of all are as tnum_floor() looks at them. */
static uint64_t
tnum_ceiling(struct tnum t, uint64_t x, uint64_t low)
{
    struct tnum complement = { ~(t.value | t.mask) & low, t.mask };

    return ~tnum_floor(complement, ~x & low) & low;
}

/* Takes over into 'r' what 't' says of its lower 'width' bits. */
static void
range_sync_tnum(struct range *r, struct tnum t, int width)
{
    uint64_t sign = UINT64_C(1) << (width - 1);

    t = okobpf_tnum_truncate(t, width);
    raise_umin(r, t.value);
    lower_umax(r, t.value | t.mask);
    raise_smin(r, scalar_sext(t.value | (t.mask & sign), width));
    lower_smax(r, scalar_sext(t.value | (t.mask & ~sign), width));
    lower_umax(r, tnum_floor(t, r->umax));
    raise_umin(r, tnum_ceiling(t, r->umin, scalar_umax(width)));
}

/* Takes over into 't' what 'r' says of its lower 'width' bits.  Returns false
 * if they contradict each other. */
static bool
tnum_sync_range(struct tnum *t, const struct range *r, int width)
{
    struct tnum bounds = okobpf_tnum_range(r->umin, r->umax);

    if (width < SCALAR_BITS) {
        bounds.mask |= ~scalar_umax(width) & scalar_umax(SCALAR_BITS);
    }
    return okobpf_tnum_intersect(*t, bounds, t);
}

/* Takes over bounds between the whole of 's' and its lower half. */
static void
scalar_sync_halves(struct scalar *s)
{
    uint64_t low = scalar_umax(SCALAR_HALF);
    struct range signed_half = okobpf_range_full(SCALAR_HALF);

    /* With only one upper half possible, the bounds' lower halves are
     * bounds. */
    if (s->r.umin >> SCALAR_HALF == s->r.umax >> SCALAR_HALF) {
        uint64_t upper = s->r.umin & ~low;

        raise_umin(&s->h, s->r.umin & low);
        lower_umax(&s->h, s->r.umax & low);
        raise_umin(&s->r, upper | s->h.umin);
        lower_umax(&s->r, upper | s->h.umax);
    }

    /* A number that the lower half can express as a signed number. */
    if (s->r.smin >= signed_half.smin && s->r.smax <= signed_half.smax) {
        raise_smin(&s->h, s->r.smin);
        lower_smax(&s->h, s->r.smax);
        raise_smin(&s->r, s->h.smin);
        lower_smax(&s->r, s->h.smax);
    }
}

bool
okobpf_scalar_sync(struct scalar *s)
{
    /* Each step only ever removes, so this ends; the third round rarely
     * finds anything. */
    for (int round = 0; round < 3; round++) {
        struct scalar old = *s;

        range_sync_tnum(&s->r, s->t, SCALAR_BITS);
        range_sync_tnum(&s->h, s->t, SCALAR_HALF);
        range_sync_signs(&s->r, SCALAR_BITS);
        range_sync_signs(&s->h, SCALAR_HALF);
        scalar_sync_halves(s);
        range_sync_signs(&s->r, SCALAR_BITS);
        range_sync_signs(&s->h, SCALAR_HALF);
        if (range_is_empty(&s->r) || range_is_empty(&s->h)
            || !tnum_sync_range(&s->t, &s->r, SCALAR_BITS)
            || !tnum_sync_range(&s->t, &s->h, SCALAR_HALF)) {
            return false;
        }
        if (okobpf_scalar_equal(&old, s)) {
            break;
        }
    }
    return true;
}

struct scalar
okobpf_scalar_unknown(void)
{
    return (struct scalar) {
        .t = { 0, scalar_umax(SCALAR_BITS) },
        .r = okobpf_range_full(SCALAR_BITS),
        .h = okobpf_range_full(SCALAR_HALF),
    };
}

struct scalar
okobpf_scalar_range(uint64_t umin, uint64_t umax)
{
    struct scalar s = okobpf_scalar_unknown();

    s.r.umin = umin;
    s.r.umax = umax;
    okobpf_scalar_sync(&s);
    return s;
}

struct scalar
okobpf_scalar_const(uint64_t x)
{
    uint64_t low = x & scalar_umax(SCALAR_HALF);

    x &= scalar_umax(SCALAR_BITS);
    return (struct scalar) {
        .t = tnum_const(x),
        .r = { x, x, scalar_sext(x, SCALAR_BITS),
               scalar_sext(x, SCALAR_BITS) },
        .h = { low, low, scalar_sext(low, SCALAR_HALF),
               scalar_sext(low, SCALAR_HALF) },
    };
}

bool
okobpf_scalar_includes(const struct scalar *a, const struct scalar *b)
{
    return (tnum_includes(a->t, b->t)
            && range_includes(&a->r, &b->r)
            && range_includes(&a->h, &b->h));
}

bool
okobpf_scalar_equal(const struct scalar *a, const struct scalar *b)
{
    return (tnum_equal(a->t, b->t)
            && range_equal(&a->r, &b->r)
            && range_equal(&a->h, &b->h));
}

bool
okobpf_scalar_intersect(struct scalar *a, const struct scalar *b)
{
    range_intersect(&a->r, &b->r);
    range_intersect(&a->h, &b->h);
    return okobpf_tnum_intersect(a->t, b->t, &a->t) && okobpf_scalar_sync(a);
}

struct scalar
okobpf_scalar_make(struct tnum t, struct range r, int width)
{
    struct scalar s = okobpf_scalar_unknown();

    s.t = okobpf_tnum_truncate(t, width);
    if (width == SCALAR_BITS) {
        s.r = r;
    } else {
        s.h = r;
    }
    /* Not empty, as there is a result for each pair of operands. */
    okobpf_scalar_sync(&s);
    return s;
}

struct scalar
okobpf_scalar_truncate(const struct scalar *s, int width)
{
    if (width >= SCALAR_BITS) {
        return *s;
    } else if (width == SCALAR_HALF) {
        return okobpf_scalar_make(s->t, s->h, SCALAR_HALF);
    }

    struct scalar result = okobpf_scalar_unknown();
    result.t = okobpf_tnum_truncate(s->t, width);
    if (s->r.umax <= scalar_umax(width)) {
        result.r.umin = s->r.umin;
        result.r.umax = s->r.umax;
    }
    if (s->h.umax <= scalar_umax(width)) {
        raise_umin(&result.r, s->h.umin);
        lower_umax(&result.r, s->h.umax);
    }
    okobpf_scalar_sync(&result);
    return result;
}

struct scalar
okobpf_scalar_sign_extend(const struct scalar *s, int from, int width)
{
    struct range limits = okobpf_range_full(from);
    struct range r = okobpf_range_full(width);

    r.smin = limits.smin;
    r.smax = limits.smax;
    if (s->r.smin >= limits.smin && s->r.smax <= limits.smax) {
        raise_smin(&r, s->r.smin);
        lower_smax(&r, s->r.smax);
    }
    if (s->h.smin >= limits.smin && s->h.smax <= limits.smax) {
        raise_smin(&r, s->h.smin);
        lower_smax(&r, s->h.smax);
    }
    return okobpf_scalar_make(
        okobpf_tnum_sext(okobpf_tnum_truncate(s->t, from), from), r, width);
}
