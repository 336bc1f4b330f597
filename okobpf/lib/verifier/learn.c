/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What comparisons tell, of the values that are compared and of others. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

struct news {
    struct val known;           /* A value of which more is known. */
    uint64_t deps;              /* What that follows from. */
};

/* Forms that shift what another form says by 32 bits. */
static bool
is_shifted(const struct val *val)
{
    return (val->form == FORM_SHIFTED_U || val->form == FORM_SHIFTED_S
            || val->form == FORM_SHIFTED_REST_U
            || val->form == FORM_SHIFTED_REST_S);
}

/* Whether 'val', before it was shifted if it was, is what is left of the
 * packet after its symbol. */
static bool
is_rest(const struct val *val)
{
    return (val->form == FORM_REST || val->form == FORM_SHIFTED_REST_U
            || val->form == FORM_SHIFTED_REST_S);
}

/* Returns what is known of 'val' because 'known' depends on the same
 * symbol. */
static struct scalar
conclude(const struct val *val, const struct val *known)
{
    struct scalar half = okobpf_scalar_const(32);
    bool is_signed = (known->form == FORM_SHIFTED_S
                      || known->form == FORM_SHIFTED_REST_S);

    if (val->form == known->form && val->delta == known->delta) {
        return known->s;
    }
    if (is_rest(val) != is_rest(known)
        || val->form == FORM_QUOTIENT || val->form == FORM_MULTIPLE
        || known->form == FORM_QUOTIENT || known->form == FORM_MULTIPLE) {
        return okobpf_scalar_unknown();
    }

    /* What 'val' is, or was before it was shifted: from id + known->delta to
     * id + val->delta, or the same of what is left after these. */
    int64_t step = (int64_t) val->delta - known->delta;
    struct scalar shift = okobpf_scalar_const((uint64_t) (is_rest(val) ? -step
                                                          : step));
    struct scalar s = known->s;
    if (is_shifted(known)) {
        s = okobpf_scalar_alu(is_signed ? BPF_ARSH : BPF_RSH, 64, false, &s,
                              &half);
    }
    s = okobpf_scalar_alu(BPF_ADD, 64, false, &s, &shift);
    return (is_shifted(val) ? okobpf_scalar_alu(BPF_LSH, 64, false, &s, &half)
                            : s);
}

/* Refines 'val' if it depends on 'news->known'. */
static void
tell(struct verifier *v, struct val *val, void *news_)
{
    const struct news *news = news_;
    const struct val *known = &news->known;

    if (val->id != known->id
        || (val->type != V_SCALAR && val->type != V_PKT)) {
        return;
    }

    bool changed = false;
    if (known->range > val->range) {
        val->range = known->range;
        changed = true;
    }
    if (known->with && (known->with != val->with
                        || known->with_range > val->with_range)) {
        /* There is room for one.  The newest is the likeliest to be of use. */
        val->with = known->with;
        val->with_range = known->with_range;
        changed = true;
    }
    struct scalar s = conclude(val, known);
    if (!okobpf_scalar_includes(&s, &val->s)) {
        struct scalar both = val->s;

        /* If there is no such number, the path can't be taken. */
        if (okobpf_scalar_intersect(&both, &s)
            && !okobpf_scalar_equal(&both, &val->s)) {
            val->s = both;
            changed = true;
        }
    }
    if (changed) {
        if (val->type == V_SCALAR) {
            val->deps |= news->deps;
        } else {
            okobpf_mark_precise(v, news->deps);
        }
    }
}

int32_t
okobpf_range_of_rest(const struct val *rest)
{
    int64_t range = RANGE_NONE;

    if (rest->form == FORM_REST
        && rest->s.r.smin >= 0 && rest->s.r.smax <= MAX_REST) {
        range = (int64_t) rest->delta + rest->s.r.smin;
    }
    return range <= INT32_MAX ? (int32_t) range : RANGE_NONE;
}

/* Makes of 'about', which is known, what it tells of the value that its symbol
 * stands for.  Returns false if that is nothing. */
static bool
look_behind(const struct verifier *v, struct val *about)
{
    const struct origin *origin = (about->form == FORM_PLAIN
                                   ? okobpf_id_origin(v, about->id) : NULL);
    struct scalar delta
        = okobpf_scalar_const((uint64_t) (int64_t) about->delta);

    if (!origin || origin->parts[1]) {
        return false;
    }
    about->s = okobpf_scalar_alu(BPF_SUB, 64, false, &about->s, &delta);
    okobpf_val_set_unrelated(about);
    about->id = origin->parts[0];
    if (origin->form == FORM_PLAIN || origin->form == FORM_REST) {
        about->form = origin->form;
        about->delta = origin->delta;
        about->range = okobpf_range_of_rest(about);
        return true;
    } else if (origin->form == FORM_QUOTIENT
               && about->s.r.umax < UINT64_MAX / origin->delta) {
        uint64_t divisor = origin->delta;

        about->s
            = okobpf_scalar_range(about->s.r.umin * divisor,
                                  about->s.r.umax * divisor + divisor - 1);
        return true;
    }
    return false;
}

static void
tell_all(struct verifier *v, const struct val *known, uint64_t deps)
{
    struct news news = { *known, deps };

    while (news.known.id) {
        okobpf_for_each_val(v, tell, &news);
        if (!look_behind(v, &news.known)) {
            break;
        }
    }
}

/* Tells all what 'val' is known for but for its number. */
static void
tell_relation(struct verifier *v, const struct val *val, uint64_t deps)
{
    struct news news = { *val, deps };

    news.known.s = okobpf_scalar_unknown();
    okobpf_for_each_val(v, tell, &news);
}

void
okobpf_tell_range(struct verifier *v, uint32_t id, int64_t range,
                  uint64_t deps)
{
    struct val known;

    if (id != ID_PKT_LEN && range > RANGE_NONE && range <= INT32_MAX) {
        okobpf_val_set_none(&known);
        known.id = id;
        known.range = range;
        tell_relation(v, &known, deps);
    }
}

void
okobpf_learn_len(struct verifier *v, int64_t len, uint64_t deps)
{
    if (len > (int64_t) v->cur->len_min) {
        okobpf_mark_precise(v, deps);
        v->cur->len_min = len < MAX_PKT_LEN ? len : MAX_PKT_LEN;
    }
}

/* 'a', a number that doesn't wrap, and the symbol 'with' are within the packet
 * together: a + with + range <= pkt_len. */
static void
learn_together(struct verifier *v, const struct val *a, uint32_t with,
               int64_t range, uint64_t deps)
{
    struct val known = *a;
    uint32_t sum;

    if (range <= -MAX_DELTA || range > INT32_MAX) {
        return;
    }

    /* The smallest that 'a' can be tells of the other symbol. */
    if (a->s.r.smin >= 0 && a->s.r.smin < MAX_PKT_LEN) {
        okobpf_tell_range(v, with, range + a->s.r.smin, deps);
    }
    if (!a->id || a->form != FORM_PLAIN) {
        return;
    }
    range += a->delta;
    if (range > -MAX_DELTA && range <= INT32_MAX) {
        known.with = with;
        known.with_range = range;
        tell_relation(v, &known, deps);
        if (okobpf_id_find_sum(v, a->id, with, &sum)) {
            okobpf_tell_range(v, sum, range, deps);
        }
    }
}

/* 'a + gap <= b', as unsigned numbers of 64 bits that don't wrap. */
static void
learn_at_most(struct verifier *v, const struct val *a, const struct val *b,
              int gap, uint64_t deps)
{
    if (!b->id || b->s.r.smin < 0 || b->s.r.smax > MAX_REST) {
        return;
    }

    if (b->form == FORM_PLAIN && b->range != RANGE_NONE) {
        /* b is id + delta, and b + room <= pkt_len: the packet's length
         * itself, or a number that was compared with it. */
        int64_t room = (int64_t) b->range - b->delta;

        /* The smallest that 'a' can be tells how long the packet is at
         * least. */
        if (a->s.r.umin < MAX_PKT_LEN) {
            okobpf_learn_len(v, (int64_t) a->s.r.umin + gap + room, deps);
        }

        /* a is id + delta, and not larger than a packet, so that it doesn't
         * wrap. */
        if (a->id && a->form == FORM_PLAIN
            && a->delta + gap + room > a->range) {
            okobpf_tell_range(v, a->id, a->delta + gap + room, deps);
        }
    }
    if (b->form == FORM_PLAIN && b->with) {
        /* b is id + delta, and id + with + with_range <= pkt_len. */
        learn_together(v, a, b->with,
                       (int64_t) b->with_range - b->delta + gap, deps);
    }
    if (b->form == FORM_REST) {
        /* b is pkt_len - (id + delta). */
        learn_together(v, a, b->id, (int64_t) b->delta + gap, deps);
    }
}

/* 'a' and 'b' differ, as numbers of 64 bits.  If 'b' is the packet's length or
 * its end, and 'a' is known not to be beyond, it is before. */
static void
learn_differ(struct verifier *v, const struct val *a, const struct val *b,
             uint64_t deps)
{
    if (b->id == ID_PKT_LEN && b->form == FORM_PLAIN
        && a->id && a->form == FORM_PLAIN && a->range != RANGE_NONE
        && a->range == (int64_t) a->delta - b->delta
        && a->range < INT32_MAX) {
        okobpf_tell_range(v, a->id, (int64_t) a->range + 1, deps);
    }
}

/* Learns from the relation of 'a' and 'b', which are already refined. */
static void
learn_order(struct verifier *v, int op, int width, bool taken,
            const struct val *a, const struct val *b, uint64_t deps)
{
    /* Does it hold of the numbers of 64 bits? */
    if (width == 32
        && (a->s.r.umax > UINT32_MAX || b->s.r.umax > UINT32_MAX)) {
        return;
    }
    if (is_signed_jump(op)
        && (width == 32
            ? a->s.r.umax > INT32_MAX || b->s.r.umax > INT32_MAX
            : a->s.r.smin < 0 || b->s.r.smin < 0)) {
        return;
    }

    switch (op) {
    case BPF_JEQ:
    case BPF_JNE:
        if (taken == (op == BPF_JEQ)) {
            learn_at_most(v, a, b, 0, deps);
            learn_at_most(v, b, a, 0, deps);
        } else {
            learn_differ(v, a, b, deps);
            learn_differ(v, b, a, deps);
        }
        break;
    case BPF_JLT:
    case BPF_JSLT:
        learn_at_most(v, taken ? a : b, taken ? b : a, taken, deps);
        break;
    case BPF_JLE:
    case BPF_JSLE:
        learn_at_most(v, taken ? a : b, taken ? b : a, !taken, deps);
        break;
    case BPF_JGT:
    case BPF_JSGT:
        learn_at_most(v, taken ? b : a, taken ? a : b, taken, deps);
        break;
    case BPF_JGE:
    case BPF_JSGE:
        learn_at_most(v, taken ? b : a, taken ? a : b, !taken, deps);
        break;
    default:
        break;
    }
}

/* Parts of sums.
 *
 * If "a + b + range <= pkt_len" is known of a sum, and that b is at least n,
 * then "a + n + range <= pkt_len".  Compilers leave out comparisons that
 * follow from others in this way. */

/* So many sums are looked at. */
#define MAX_SUMS 8

/* Sums of sums are looked into so many levels deep. */
#define MAX_SUM_DEPTH 3

/* Parts of sums that don't wrap are no larger, or smaller if negative. */
#define MAX_PART (INT64_C(1) << 61)

/* What is known of the symbol 'id', as a signed number. */
struct symbol {
    uint32_t id;
    int64_t smin, smax;
    const struct val *low, *high; /* Who say so; NULL if nobody does. */
};

static void
look_at_symbol(struct verifier *v, struct val *val, void *symbol_)
{
    struct symbol *symbol = symbol_;

    (void) v;
    if (val->id != symbol->id || val->form != FORM_PLAIN
        || (val->type != V_SCALAR && val->type != V_PKT)
        || val->s.r.smin < -MAX_PART || val->s.r.smax > MAX_PART) {
        return;
    }
    if (!symbol->low || val->s.r.smin - val->delta > symbol->smin) {
        symbol->smin = val->s.r.smin - val->delta;
        symbol->low = val;
    }
    if (!symbol->high || val->s.r.smax - val->delta < symbol->smax) {
        symbol->smax = val->s.r.smax - val->delta;
        symbol->high = val;
    }
}

/* Returns what 'val', of which use is made, follows from. */
static uint64_t
use(struct verifier *v, const struct val *val)
{
    okobpf_note_use(v, val);
    return val->type == V_SCALAR ? val->deps : 0;
}

/* Returns what follows from 'sum' and all that is known of its 'parts' follows
 * from. */
static uint64_t
use_sum(struct verifier *v, const struct val *sum,
        const struct symbol parts[2])
{
    uint64_t deps = use(v, sum);

    for (int i = 0; i < 2; i++) {
        deps |= use(v, parts[i].low) | use(v, parts[i].high);
    }
    return deps;
}

/* Has a number that is a part of 'sum' know the range of the sum, for the time
 * when nobody has the sum any more but somebody makes it again.  As the sum of
 * the 'parts' doesn't wrap, that is true of these as well. */
static void
keep_range(struct verifier *v, const struct val *sum,
           const struct symbol parts[2])
{
    for (int i = 0; i < 2; i++) {
        const struct val *part = parts[i].low;
        uint32_t other = parts[1 - i].id;

        if (part->type == V_SCALAR && parts[i].smin >= -MAX_DELTA
            && (part->with != other || part->with_range < sum->range)) {
            struct val known = *part;

            known.with = other;
            known.with_range = sum->range;
            tell_relation(v, &known, use_sum(v, sum, parts));
            return;
        }
    }
}

/* Learns of the parts of 'sum', whose symbol is the sum of two, what its range
 * says.  Returns whether there was something to learn. */
static bool
learn_parts(struct verifier *v, const struct val *sum)
{
    const struct origin *origin = okobpf_id_origin(v, sum->id);
    struct symbol parts[2];
    bool changed = false;

    for (int i = 0; i < 2; i++) {
        parts[i] = (struct symbol) { .id = origin->parts[i] };
        okobpf_for_each_val(v, look_at_symbol, &parts[i]);
        if (!parts[i].low) {
            return false;
        }
    }

    /* Their bounds are such that the sum doesn't wrap. */
    for (int i = 0; i < 2; i++) {
        int64_t range = sum->range + parts[1 - i].smin;

        if (range > parts[i].low->range && range <= INT32_MAX) {
            okobpf_tell_range(v, parts[i].id, range, use_sum(v, sum, parts));
            changed = true;
        }
    }
    keep_range(v, sum, parts);
    return changed;
}

struct sums {
    const struct val *vals[MAX_SUMS];
    int n;
};

static void
collect_sums(struct verifier *v, struct val *val, void *sums_)
{
    struct sums *sums = sums_;
    const struct origin *origin;

    if (val->range == RANGE_NONE || val->id == ID_PKT_LEN
        || sums->n >= MAX_SUMS) {
        return;
    }
    for (int i = 0; i < sums->n; i++) {
        if (sums->vals[i]->id == val->id) {
            return;
        }
    }
    origin = okobpf_id_origin(v, val->id);
    if (origin && origin->form == FORM_PLAIN && origin->parts[1]) {
        sums->vals[sums->n++] = val;
    }
}

/* Learns of the parts of all sums. */
static void
learn_all_parts(struct verifier *v)
{
    bool changed = v->derivations != NULL;

    for (int depth = 0; changed && depth < MAX_SUM_DEPTH; depth++) {
        struct sums sums = { .n = 0 };

        changed = false;
        okobpf_for_each_val(v, collect_sums, &sums);
        for (int i = 0; i < sums.n; i++) {
            changed = learn_parts(v, sums.vals[i]) || changed;
        }
    }
}

void
okobpf_learn(struct verifier *v, int op, int width, bool taken,
             struct val *dst, struct val *src)
{
    struct val a = *dst;
    struct val b = *src;
    uint64_t deps = ((a.type == V_SCALAR ? a.deps : 0)
                     | (b.type == V_SCALAR ? b.deps : 0));

    if (dst == src
        || !okobpf_scalar_assume(op, width, taken, &a.s, &b.s)) {
        /* The other way is not possible, either, if the path isn't. */
        return;
    }

    const bool raised[2] = { a.s.r.smin > dst->s.r.smin,
                             b.s.r.smin > src->s.r.smin };

    if (!okobpf_scalar_equal(&a.s, &dst->s)) {
        dst->s = a.s;
        dst->deps = a.type == V_SCALAR ? deps : 0;
        tell_all(v, dst, deps);
    }
    if (!okobpf_scalar_equal(&b.s, &src->s)) {
        src->s = b.s;
        src->deps = b.type == V_SCALAR ? deps : 0;
        tell_all(v, src, deps);
    }

    const struct val *both[2] = { &a, &b };
    for (int i = 0; i < 2; i++) {
        if (both[i]->id == ID_PKT_LEN && both[i]->form == FORM_PLAIN) {
            okobpf_learn_len(v, both[i]->s.r.smin - both[i]->delta, deps);
        }
        if (raised[i]) {
            okobpf_learn_bounds(v, both[i], deps);
        }
    }
    learn_order(v, op, width, taken, &a, &b, deps);
    learn_all_parts(v);
}
