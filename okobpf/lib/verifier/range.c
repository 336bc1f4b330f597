/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/scalar.h"

/* Arithmetic and comparisons on sets of numbers. */

/* Bounds, with arithmetic that notices where it leaves 'width' bits.
 *
 * If both the lower and the upper bound of a result leave the range of 'width'
 * bits on the same side, all results wrap alike and the wrapped bounds are
 * bounds.  If only one leaves, the result may be anything. */

/* Sets the unsigned bounds of 'r' to 'umin' and 'umax', of which each has
 * wrapped if 'low' or 'high' says so. */
static void
set_unsigned(struct range *r, int width, uint64_t umin, bool low,
             uint64_t umax, bool high)
{
    if (low == high) {
        r->umin = umin & scalar_umax(width);
        r->umax = umax & scalar_umax(width);
    }
}

/* Which way the exact number that wraps to 'x' leaves 'width' signed bits:
 * -1, 0, 1.  'overflow' is what the builtins for 64 bits say, 'negative' the
 * sign of the exact number where they do. */
static int
signed_side(int width, int64_t x, bool overflow, bool negative)
{
    struct range full = okobpf_range_full(width);

    return (overflow ? (negative ? -1 : 1)
            : x < full.smin ? -1
            : x > full.smax);
}

static void
set_signed(struct range *r, int width, int64_t smin, int low,
           int64_t smax, int high)
{
    if (low == high) {
        r->smin = scalar_sext((uint64_t) smin, width);
        r->smax = scalar_sext((uint64_t) smax, width);
    }
}

static bool
unsigned_carry(int width, uint64_t a, uint64_t b, uint64_t *sum)
{
    return (__builtin_add_overflow(a, b, sum)
            || *sum > scalar_umax(width));
}

static int
signed_add(int width, int64_t a, int64_t b, int64_t *sum)
{
    bool overflow = __builtin_add_overflow(a, b, sum);

    return signed_side(width, *sum, overflow, a < 0);
}

static int
signed_sub(int width, int64_t a, int64_t b, int64_t *difference)
{
    bool overflow = __builtin_sub_overflow(a, b, difference);

    return signed_side(width, *difference, overflow, a < 0);
}

static struct range
range_add(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);
    uint64_t umin, umax;
    int64_t smin, smax;

    bool low_wraps = unsigned_carry(width, a->umin, b->umin, &umin);
    bool high_wraps = unsigned_carry(width, a->umax, b->umax, &umax);
    set_unsigned(&r, width, umin, low_wraps, umax, high_wraps);

    int low_side = signed_add(width, a->smin, b->smin, &smin);
    int high_side = signed_add(width, a->smax, b->smax, &smax);
    set_signed(&r, width, smin, low_side, smax, high_side);
    return r;
}

static struct range
range_sub(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);
    int64_t smin, smax;

    set_unsigned(&r, width, a->umin - b->umax, a->umin < b->umax,
                 a->umax - b->umin, a->umax < b->umin);
    int low = signed_sub(width, a->smin, b->smax, &smin);
    int high = signed_sub(width, a->smax, b->smin, &smax);
    set_signed(&r, width, smin, low, smax, high);
    return r;
}

static struct range
range_mul(int width, const struct range *a, const struct range *b)
{
    const int64_t as[2] = { a->smin, a->smax };
    const int64_t bs[2] = { b->smin, b->smax };
    struct range full = okobpf_range_full(width);
    struct range r = full;
    uint64_t umax;

    if (!__builtin_mul_overflow(a->umax, b->umax, &umax)
        && umax <= full.umax) {
        r.umin = a->umin * b->umin;
        r.umax = umax;
    }

    int64_t smin = INT64_MAX;
    int64_t smax = INT64_MIN;
    for (int i = 0; i < 4; i++) {
        int64_t product;

        if (__builtin_mul_overflow(as[i & 1], bs[i >> 1], &product)
            || product < full.smin || product > full.smax) {
            return r;
        }
        smin = product < smin ? product : smin;
        smax = product > smax ? product : smax;
    }
    r.smin = smin;
    r.smax = smax;
    return r;
}

/* Bounds of AND, OR and XOR come from the tnums but for these. */
static struct range
range_and(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);

    r.umax = a->umax < b->umax ? a->umax : b->umax;
    return r;
}

/* Of bits that either number has, the sum has no fewer. */
static struct range
range_xor(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);
    uint64_t sum;

    if (!unsigned_carry(width, a->umax, b->umax, &sum)) {
        r.umax = sum;
    }
    return r;
}

static struct range
range_or(int width, const struct range *a, const struct range *b)
{
    struct range r = range_xor(width, a, b);

    r.umin = a->umin > b->umin ? a->umin : b->umin;
    return r;
}

/* For shifts, 'n' bounds the count and is less than 'width'. */
static struct range
range_lsh(int width, const struct range *a, const struct range *n)
{
    struct range full = okobpf_range_full(width);
    struct range r = full;

    if (a->umax <= full.umax >> n->umax) {
        r.umin = a->umin << n->umin;
        r.umax = a->umax << n->umax;
    }
    if (a->smin >= full.smin >> n->umax && a->smax <= full.smax >> n->umax) {
        int low = a->smin < 0 ? n->umax : n->umin;
        int high = a->smax < 0 ? n->umin : n->umax;

        r.smin = (int64_t) ((uint64_t) a->smin << low);
        r.smax = (int64_t) ((uint64_t) a->smax << high);
    }
    return r;
}

static struct range
range_rsh(int width, const struct range *a, const struct range *n)
{
    struct range r = okobpf_range_full(width);

    r.umin = a->umin >> n->umax;
    r.umax = a->umax >> n->umin;
    return r;
}

static struct range
range_arsh(int width, const struct range *a, const struct range *n)
{
    struct range r = okobpf_range_full(width);

    r.smin = a->smin >> (a->smin < 0 ? n->umin : n->umax);
    r.smax = a->smax >> (a->smax < 0 ? n->umax : n->umin);
    return r;
}

/* x / 0 = 0. */
static struct range
range_div(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);

    r.umin = b->umin ? a->umin / b->umax : 0;
    r.umax = b->umin ? a->umax / b->umin : a->umax;
    return r;
}

/* x % 0 = x. */
static struct range
range_mod(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);

    r.umin = a->umax < b->umin ? a->umin : 0;
    r.umax = a->umax;
    if (b->umin && b->umax - 1 < r.umax) {
        r.umax = b->umax - 1;
    }
    if (a->umin == a->umax && b->umin == b->umax && b->umin) {
        r.umin = r.umax = a->umin % b->umin;
    }
    return r;
}

/* Signed division rounds toward 0; INT_MIN / -1 wraps. */
static struct range
range_sdiv(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);

    if (b->smin == b->smax && b->smin && b->smin != -1) {
        int64_t x = a->smin / b->smin;
        int64_t y = a->smax / b->smin;

        r.smin = x < y ? x : y;
        r.smax = x < y ? y : x;
    }
    return r;
}

/* The remainder has the sign of the dividend and is not longer. */
static struct range
range_smod(int width, const struct range *a, const struct range *b)
{
    struct range r = okobpf_range_full(width);

    r.smin = a->smin < 0 ? a->smin : 0;
    r.smax = a->smax < 0 ? 0 : a->smax;
    if (b->smin > 0) {
        int64_t longest = b->smax - 1;

        r.smin = r.smin < -longest ? -longest : r.smin;
        r.smax = r.smax > longest ? longest : r.smax;
        if (a->smin == a->smax && b->smin == b->smax) {
            r.smin = r.smax = a->smin % b->smin;
        }
    }
    return r;
}

/* What a shift counts: the operand's lower bits, the rest being ignored. */
static struct range
shift_count(int width, const struct range *b)
{
    struct range n = okobpf_range_full(width);

    n.umin = 0;
    n.umax = width - 1;
    if (b->umax < width) {
        n.umin = b->umin;
        n.umax = b->umax;
    } else if (b->umin == b->umax) {
        n.umin = n.umax = b->umin & (width - 1);
    }
    return n;
}

static struct tnum
tnum_alu(int op, int width, struct tnum a, struct tnum b,
         const struct range *count)
{
    int n = count->umin == count->umax ? (int) count->umin : -1;

    switch (op) {
    case BPF_ADD:
        return okobpf_tnum_add(a, b);
    case BPF_SUB:
        return okobpf_tnum_sub(a, b);
    case BPF_NEG:
        return okobpf_tnum_sub(tnum_const(0), a);
    case BPF_MUL:
        return okobpf_tnum_mul(a, b);
    case BPF_AND:
        return okobpf_tnum_and(a, b);
    case BPF_OR:
        return okobpf_tnum_or(a, b);
    case BPF_XOR:
        return okobpf_tnum_xor(a, b);
    case BPF_LSH:
        return n < 0 ? TNUM_UNKNOWN : okobpf_tnum_lsh(a, n);
    case BPF_RSH:
        return n < 0 ? TNUM_UNKNOWN
                     : okobpf_tnum_rsh(okobpf_tnum_truncate(a, width), n);
    case BPF_ARSH:
        return n < 0 ? TNUM_UNKNOWN : okobpf_tnum_arsh(a, n, width);
    default:
        return TNUM_UNKNOWN;
    }
}

static struct range
range_alu(int op, int width, bool is_signed,
          const struct range *a, const struct range *b)
{
    static const struct range zero = { 0, 0, 0, 0 };
    struct range count = shift_count(width, b);

    switch (op) {
    case BPF_ADD:
        return range_add(width, a, b);
    case BPF_SUB:
        return range_sub(width, a, b);
    case BPF_NEG:
        return range_sub(width, &zero, a);
    case BPF_MUL:
        return range_mul(width, a, b);
    case BPF_AND:
        return range_and(width, a, b);
    case BPF_OR:
        return range_or(width, a, b);
    case BPF_XOR:
        return range_xor(width, a, b);
    case BPF_LSH:
        return range_lsh(width, a, &count);
    case BPF_RSH:
        return range_rsh(width, a, &count);
    case BPF_ARSH:
        return range_arsh(width, a, &count);
    case BPF_DIV:
        return (is_signed ? range_sdiv : range_div)(width, a, b);
    case BPF_MOD:
        return (is_signed ? range_smod : range_mod)(width, a, b);
    default:
        return okobpf_range_full(width);
    }
}

/* Whether the lower half of the result depends only on the lower halves of
 * the operands. */
static bool
works_by_halves(int op)
{
    return (op == BPF_ADD || op == BPF_SUB || op == BPF_NEG || op == BPF_MUL
            || op == BPF_AND || op == BPF_OR || op == BPF_XOR);
}

struct scalar
okobpf_scalar_alu(int op, int width, bool is_signed,
                  const struct scalar *a, const struct scalar *b)
{
    bool whole = width == SCALAR_BITS;
    const struct range *ar = whole ? &a->r : &a->h;
    const struct range *br = whole ? &b->r : &b->h;
    struct range count = shift_count(width, br);
    struct tnum t = tnum_alu(op, width, a->t, b->t, &count);
    struct range r = range_alu(op, width, is_signed, ar, br);
    struct scalar result = okobpf_scalar_make(t, r, width);

    if (whole && works_by_halves(op)) {
        struct scalar other = okobpf_scalar_unknown();

        other.h = range_alu(op, SCALAR_HALF, is_signed, &a->h, &b->h);
        struct scalar both = result;
        if (okobpf_scalar_intersect(&both, &other)) {
            result = both;
        }
    }
    return result;
}

/* Comparisons.  Each function takes for granted that a relation holds between
 * members of 'a' and 'b'.  Returns false if it can't. */

static bool
assume_below(struct range *a, struct range *b, uint64_t gap)
{
    /* a + gap <= b, where 'gap' is 0 or 1. */
    if (b->umax < gap || a->umin > b->umax - gap) {
        return false;
    }
    a->umax = a->umax < b->umax - gap ? a->umax : b->umax - gap;
    b->umin = b->umin > a->umin + gap ? b->umin : a->umin + gap;
    return true;
}

static bool
assume_signed_below(struct range *a, struct range *b, int64_t gap, int width)
{
    int64_t lowest = okobpf_range_full(width).smin;

    if (b->smax < lowest + gap || a->smin > b->smax - gap) {
        return false;
    }
    a->smax = a->smax < b->smax - gap ? a->smax : b->smax - gap;
    b->smin = b->smin > a->smin + gap ? b->smin : a->smin + gap;
    return true;
}

/* Removes 'x' from the ends of 'r'. */
static bool
exclude(struct range *r, uint64_t x, int width)
{
    int64_t sx = scalar_sext(x, width);

    if ((r->umin == x && r->umax == x) || (r->smin == sx && r->smax == sx)) {
        return false;
    }
    r->umin += r->umin == x;
    r->umax -= r->umax == x;
    r->smin += r->smin == sx;
    r->smax -= r->smax == sx;
    return true;
}

static bool
assume_equal(int width, struct scalar *a, struct scalar *b)
{
    if (width == SCALAR_BITS) {
        if (!okobpf_scalar_intersect(a, b)) {
            return false;
        }
        *b = *a;
        return true;
    }

    /* Only the lower halves are equal. */
    uint64_t high = scalar_umax(SCALAR_BITS) & ~scalar_umax(width);
    struct scalar a_low = okobpf_scalar_unknown();
    struct scalar b_low = okobpf_scalar_unknown();
    a_low.h = a->h;
    a_low.t = (struct tnum) { a->t.value & ~high, a->t.mask | high };
    b_low.h = b->h;
    b_low.t = (struct tnum) { b->t.value & ~high, b->t.mask | high };
    return okobpf_scalar_intersect(a, &b_low)
           && okobpf_scalar_intersect(b, &a_low);
}

static bool
assume_differ(int width, struct scalar *a, struct scalar *b)
{
    bool whole = width == SCALAR_BITS;
    struct range *ar = whole ? &a->r : &a->h;
    struct range *br = whole ? &b->r : &b->h;

    return ((br->umin != br->umax || exclude(ar, br->umin, width))
            && (ar->umin != ar->umax || exclude(br, ar->umin, width)));
}

/* 'a & b' is not 0. */
static bool
assume_common_bits(int width, struct scalar *a, struct scalar *b)
{
    uint64_t common = ((a->t.value | a->t.mask) & (b->t.value | b->t.mask)
                       & scalar_umax(width));

    if (!common) {
        return false;
    }
    if (!(common & (common - 1))) {
        /* Only one bit can be what they have in common. */
        a->t.value |= common;
        a->t.mask &= ~common;
        b->t.value |= common;
        b->t.mask &= ~common;
    }
    return true;
}

/* 'a & b' is 0. */
static bool
assume_no_common_bits(int width, struct scalar *a, struct scalar *b)
{
    uint64_t low = scalar_umax(width);

    if (a->t.value & b->t.value & low) {
        return false;
    }
    a->t.mask &= ~(b->t.value & low);
    b->t.mask &= ~(a->t.value & low);
    return true;
}

bool
okobpf_scalar_assume(int op, int width, bool taken,
                     struct scalar *a, struct scalar *b)
{
    bool whole = width == SCALAR_BITS;
    struct range *ar = whole ? &a->r : &a->h;
    struct range *br = whole ? &b->r : &b->h;
    bool possible;

    switch (op) {
    case BPF_JEQ:
    case BPF_JNE:
        possible = (taken == (op == BPF_JEQ) ? assume_equal
                    : assume_differ)(width, a, b);
        break;
    case BPF_JSET:
        possible = (taken ? assume_common_bits
                    : assume_no_common_bits)(width, a, b);
        break;
    case BPF_JLT:
        possible = taken ? assume_below(ar, br, 1) : assume_below(br, ar, 0);
        break;
    case BPF_JLE:
        possible = taken ? assume_below(ar, br, 0) : assume_below(br, ar, 1);
        break;
    case BPF_JGT:
        possible = taken ? assume_below(br, ar, 1) : assume_below(ar, br, 0);
        break;
    case BPF_JGE:
        possible = taken ? assume_below(br, ar, 0) : assume_below(ar, br, 1);
        break;
    case BPF_JSLT:
        possible = (taken ? assume_signed_below(ar, br, 1, width)
                    : assume_signed_below(br, ar, 0, width));
        break;
    case BPF_JSLE:
        possible = (taken ? assume_signed_below(ar, br, 0, width)
                    : assume_signed_below(br, ar, 1, width));
        break;
    case BPF_JSGT:
        possible = (taken ? assume_signed_below(br, ar, 1, width)
                    : assume_signed_below(ar, br, 0, width));
        break;
    case BPF_JSGE:
        possible = (taken ? assume_signed_below(br, ar, 0, width)
                    : assume_signed_below(ar, br, 1, width));
        break;
    default:
        return true;
    }
    return possible && okobpf_scalar_sync(a) && okobpf_scalar_sync(b);
}
