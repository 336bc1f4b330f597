/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Values and how they depend on each other. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdlib.h>
#include <string.h>
#include "verifier/verifier.h"

void
okobpf_val_set_unrelated(struct val *val)
{
    val->id = ID_NONE;
    val->form = FORM_PLAIN;
    val->delta = 0;
    val->range = RANGE_NONE;
    val->with = ID_NONE;
    val->with_range = 0;
}

void
okobpf_val_set_none(struct val *val)
{
    memset(val, 0, sizeof *val);
    val->range = RANGE_NONE;
}

void
okobpf_val_set_scalar(struct val *val, struct scalar s, uint64_t deps)
{
    okobpf_val_set_none(val);
    val->type = V_SCALAR;
    val->s = s;
    val->deps = deps;
}

void
okobpf_for_each_val(struct verifier *v,
                    void (*function)(struct verifier *, struct val *, void *),
                    void *aux)
{
    for (uint32_t f = 0; f <= v->cur->depth; f++) {
        struct frame *frame = &v->cur->frames[f];

        for (int r = 0; r < BPF_N_REGS; r++) {
            if (frame->regs[r].type != V_NONE) {
                function(v, &frame->regs[r], aux);
            }
        }
        for (uint32_t s = 0; s < frame->n_slots; s++) {
            if (frame->slots[s].size) {
                function(v, &frame->slots[s].val, aux);
            }
        }
    }
}

void
okobpf_note_use(struct verifier *v, const struct val *val)
{
    size_t ofs = (size_t) ((const char *) val - (const char *) v->cur->frames);
    size_t frame = ofs / sizeof(struct frame);

    ofs %= sizeof(struct frame);
    if (ofs >= offsetof(struct frame, slots)) {
        ofs -= offsetof(struct frame, slots);
        okobpf_mark_slot_read(v, frame, ofs / sizeof(struct slot));
    }
}

/* Symbols.
 *
 * The sum of two symbols is a symbol again, and the same each time, so that a
 * check of "a + b" is one of "pkt + a + b", too.  So is a value that depends
 * on a symbol in another way, once something depends on the value.  What each
 * stands for is a matter of the other symbols alone, not of the path, so they
 * are kept for all paths. */

#define MIN_DERIVED 1024        /* Room at first. */
#define MAX_DERIVED (1 << 18)
#define N_DERIVED_BUCKETS 4096

struct derived {
    uint32_t id;
    struct origin origin;
    uint32_t next;              /* In the bucket: index + 1, 0 at the end. */
};

struct derivations {
    struct derived *derived;    /* By increasing 'id'. */
    uint32_t n, allocated;
    uint32_t buckets[N_DERIVED_BUCKETS]; /* Index + 1, 0 if empty. */
};

void
okobpf_id_need(struct verifier *v, struct val *val)
{
    if (!val->id && !scalar_is_const(&val->s)) {
        okobpf_val_set_unrelated(val);
        val->id = v->next_id++;
    }
}

static bool
origin_equal(const struct origin *a, const struct origin *b)
{
    return (a->parts[0] == b->parts[0] && a->parts[1] == b->parts[1]
            && a->form == b->form && a->delta == b->delta);
}

/* Makes room for more symbols, if there aren't too many of them already.
 * Returns false if memory is exhausted. */
static bool
derivations_grow(struct verifier *v)
{
    struct derivations *all = v->derivations;
    size_t n = all->allocated ? all->allocated * 2 : MIN_DERIVED;

    if (n > MAX_DERIVED) {
        return true;
    }
    struct derived *new = okobpf_v_alloc(v, n * sizeof *new);
    if (!new) {
        return false;
    }
    if (all->n) {
        memcpy(new, all->derived, all->n * sizeof *new);
    }
    okobpf_v_free(v, all->derived, all->allocated * sizeof *new);
    all->derived = new;
    all->allocated = n;
    return true;
}

void
okobpf_derivations_free(struct verifier *v)
{
    if (v->derivations) {
        free(v->derivations->derived);
        free(v->derivations);
    }
}

static uint32_t *
derived_bucket(struct derivations *all, const struct origin *o)
{
    uint32_t hash = (o->parts[0] * 0x9e3779b1u ^ o->parts[1] * 0x85ebca77u
                     ^ (uint32_t) o->delta * 0xc2b2ae3du ^ o->form << 20)
                    >> 16;

    return &all->buckets[hash % N_DERIVED_BUCKETS];
}

/* Returns the symbol for what has the origin 'o', or ID_NONE if there is none
 * yet. */
static uint32_t
find_derived(struct derivations *all, const struct origin *o)
{
    for (uint32_t i = *derived_bucket(all, o); i;
         i = all->derived[i - 1].next) {
        const struct derived *d = &all->derived[i - 1];

        if (origin_equal(&d->origin, o)) {
            return d->id;
        }
    }
    return ID_NONE;
}

/* Stores the symbol for what has the origin 'o' in '*id'.  Returns false if
 * memory is exhausted. */
static bool
id_derive(struct verifier *v, const struct origin *o, uint32_t *id)
{
    if (!v->derivations) {
        v->derivations = okobpf_v_alloc(v, sizeof *v->derivations);
        if (!v->derivations) {
            return false;
        }
    }

    struct derivations *all = v->derivations;
    *id = find_derived(all, o);
    if (*id) {
        return true;
    }
    if (all->n >= all->allocated && !derivations_grow(v)) {
        return false;
    }
    *id = v->next_id++;
    if (all->n < all->allocated) {
        uint32_t *bucket = derived_bucket(all, o);

        all->derived[all->n++] = (struct derived) {
            .id = *id, .origin = *o, .next = *bucket,
        };
        *bucket = all->n;
    }
    return true;
}

static struct origin
sum_origin(uint32_t a, uint32_t b)
{
    return (struct origin) {
        .parts = { a < b ? a : b, a < b ? b : a },
        .form = FORM_PLAIN,
    };
}

bool
okobpf_id_sum(struct verifier *v, uint32_t a, uint32_t b, uint32_t *id)
{
    struct origin origin = sum_origin(a, b);

    return id_derive(v, &origin, id);
}

bool
okobpf_relate_either(struct verifier *v, struct val *to,
                     const struct val *a, const struct val *b)
{
    struct origin origin = sum_origin(a->id, b->id);

    origin.form = FORM_EITHER;
    return id_derive(v, &origin, &to->id);
}

bool
okobpf_id_find_sum(const struct verifier *v, uint32_t a, uint32_t b,
                   uint32_t *id)
{
    struct origin origin = sum_origin(a, b);

    *id = v->derivations ? find_derived(v->derivations, &origin) : ID_NONE;
    return *id != ID_NONE;
}

const struct origin *
okobpf_id_origin(const struct verifier *v, uint32_t id)
{
    uint32_t low = 0;
    uint32_t high = v->derivations ? v->derivations->n : 0;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const struct derived *d = &v->derivations->derived[middle];

        if (d->id == id) {
            return &d->origin;
        } else if (d->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* 'to', a value that is new, has the sum of 'parts' for its symbol, if they
 * are not ID_NONE. */
struct adoption {
    struct val *to;
    uint32_t parts[2];
};

/* Takes over for a value that is new what 'val' knows of its symbol, or of its
 * parts together, already. */
static void
adopt(struct verifier *v, struct val *val, void *adoption_)
{
    const struct adoption *adoption = adoption_;
    const uint32_t *parts = adoption->parts;
    struct val *to = adoption->to;
    int32_t range = RANGE_NONE;

    if (val == to || !val->id) {
        return;
    }
    if (val->id == to->id) {
        range = val->range;
    }
    if (val->with && val->with_range > range
        && ((val->id == parts[0] && val->with == parts[1])
            || (val->id == parts[1] && val->with == parts[0]))) {
        range = val->with_range;
    }
    if (range > to->range) {
        to->range = range;
        okobpf_note_use(v, val);
        if (to->type == V_SCALAR) {
            to->deps |= val->type == V_SCALAR ? val->deps : 0;
        } else {
            mark_val_precise(v, val);
        }
    }
}

static void
adopt_all(struct verifier *v, struct val *to, uint32_t a, uint32_t b)
{
    struct adoption adoption = { to, { a, b } };

    if (to->id) {
        okobpf_for_each_val(v, adopt, &adoption);
    }
}

static void
relate(struct val *to, uint32_t id, enum val_form form, int64_t delta,
       int32_t range)
{
    if (delta >= -MAX_DELTA && delta <= MAX_DELTA
        && !scalar_is_const(&to->s)) {
        to->id = id;
        to->form = form;
        to->delta = delta;
        to->range = range;
        to->with = ID_NONE;
    }
}

/* The same, with what 'from', which has the same symbol, knows of it. */
static void
relate_alike(struct val *to, const struct val *from, int64_t delta)
{
    relate(to, from->id, from->form, delta, from->range);
    if (to->id) {
        to->with = from->with;
        to->with_range = from->with_range;
    }
}

void
okobpf_relate_same(struct val *to, const struct val *from)
{
    relate_alike(to, from, from->delta);
}

/* Whether 'val' can stand for 'id + delta'. */
static bool
is_plain(const struct val *val)
{
    return val->id && val->form == FORM_PLAIN;
}

/* Whether 'val' is what is left of the packet after 'id + delta'. */
static bool
is_rest(const struct val *val)
{
    return val->id && val->form == FORM_REST;
}

/* Whether 'val' is a constant that may become part of a 'delta'. */
static bool
is_small_const(const struct val *val)
{
    return (scalar_is_const(&val->s)
            && val->s.r.smin >= -MAX_DELTA && val->s.r.smin <= MAX_DELTA);
}

/* Returns the range of pkt_len + b->id.  As b->id is at most b's maximum less
 * its delta, 'pkt_len + b->id - (maximum - delta) <= pkt_len'. */
static int32_t
range_beside_len(const struct val *b)
{
    int64_t range = (int64_t) b->delta - b->s.r.smax;

    return (b->s.r.smin >= -MAX_REST / 2 && b->s.r.smax <= MAX_REST / 2
            && range > RANGE_NONE && range <= INT32_MAX
            ? (int32_t) range : RANGE_NONE);
}

bool
okobpf_relate_sum(struct verifier *v, struct val *to,
                  const struct val *a, const struct val *b)
{
    if (is_small_const(a)) {
        const struct val *tmp = a;

        a = b;
        b = tmp;
    }
    if (is_small_const(b)) {
        int64_t c = b->s.r.smin;

        if (is_plain(a)) {
            relate_alike(to, a, a->delta + c);
        } else if (is_rest(a)) {
            relate_alike(to, a, a->delta - c);
        }
    } else if (is_plain(a) && is_plain(b)) {
        uint32_t id;

        if (!okobpf_id_sum(v, a->id, b->id, &id)) {
            return false;
        }
        relate(to, id, FORM_PLAIN, (int64_t) a->delta + b->delta,
               a->id == ID_PKT_LEN ? range_beside_len(b)
               : b->id == ID_PKT_LEN ? range_beside_len(a) : RANGE_NONE);
        adopt_all(v, to, a->id, b->id);
    } else if (a->id == b->id && ((is_plain(a) && is_rest(b))
                                  || (is_rest(a) && is_plain(b)))) {
        /* id + delta + pkt_len - (id + delta). */
        relate(to, ID_PKT_LEN, FORM_PLAIN,
               is_plain(a) ? (int64_t) a->delta - b->delta
               : (int64_t) b->delta - a->delta, 0);
    }
    return true;
}

/* How 'val' depends on its symbol. */
static struct origin
val_origin(const struct val *val)
{
    return (struct origin) {
        .parts = { val->id, ID_NONE },
        .form = val->form,
        .delta = val->delta,
    };
}

/* Stores a symbol that 'val' is equal to in '*id'.  Returns false if memory is
 * exhausted. */
static bool
val_symbol(struct verifier *v, const struct val *val, uint32_t *id)
{
    struct origin origin = val_origin(val);

    *id = val->id;
    return (is_plain(val) && !val->delta) || id_derive(v, &origin, id);
}

/* Makes '*to', which is equal to the 'form' of 'a' with the constant 'n', a
 * symbol of its own that has this for its origin. */
static bool
relate_derived(struct verifier *v, struct val *to, const struct val *a,
               enum val_form form, uint32_t n)
{
    struct origin origin = { .form = form, .delta = (int32_t) n };
    uint32_t id;

    if (!val_symbol(v, a, &origin.parts[0]) || !id_derive(v, &origin, &id)) {
        return false;
    }
    relate(to, id, FORM_PLAIN, 0, RANGE_NONE);
    adopt_all(v, to, ID_NONE, ID_NONE);
    return true;
}

bool
okobpf_relate_quotient(struct verifier *v, struct val *to, const struct val *a,
                       uint64_t divisor)
{
    return (!a->id || divisor < 2 || divisor > MAX_DELTA
            || relate_derived(v, to, a, FORM_QUOTIENT, divisor));
}

struct presence {
    uint32_t id;
    const struct origin *origin; /* Of 'id'. */
    bool found;
};

static void
look_for(struct verifier *v, struct val *val, void *presence_)
{
    struct presence *p = presence_;
    struct origin origin = val_origin(val);

    (void) v;
    p->found = (p->found || (is_plain(val) && val->id == p->id)
                || (p->origin && val->id
                    && origin_equal(&origin, p->origin)));
}

/* Whether there is a value that depends on the symbol 'id' alone, or on one of
 * which 'id' can be made.  Without, nothing can be made of what depends on
 * 'id'; and it must not come back by symbols that were made of it, since
 * may_have() reckons that it doesn't. */
static bool
is_present(struct verifier *v, uint32_t id, int depth)
{
    struct presence p = { id, okobpf_id_origin(v, id), false };

    okobpf_for_each_val(v, look_for, &p);
    return (p.found
            || (depth && p.origin && !p.origin->parts[1]
                && is_present(v, p.origin->parts[0], depth - 1)));
}

bool
okobpf_relate_shifted_down(struct verifier *v, struct val *to,
                           const struct val *a, int shift)
{
    const struct origin *origin = (is_plain(a) && !a->delta
                                   ? okobpf_id_origin(v, a->id) : NULL);

    if (!a->id || shift < 1) {
        return true;
    }
    if (origin && origin->form == FORM_PRODUCT
        && is_present(v, origin->parts[0], 1)) {
        /* a is x * m, without having wrapped.  That this, shifted down, is
         * x / d is true up to an x for which the excess of m over 2**shift / d
         * amounts to one more. */
        uint64_t m = (uint32_t) origin->delta;
        uint64_t power = UINT64_C(1) << shift;
        uint64_t d = (power - 1) / m + 1;
        uint64_t excess;

        if (d >= 2 && d <= MAX_DELTA
            && !__builtin_mul_overflow(d * m - power, a->s.r.umax / m,
                                       &excess)
            && excess < power) {
            relate(to, origin->parts[0], FORM_QUOTIENT, d, RANGE_NONE);
            return true;
        }
    }
    return (UINT64_C(1) << shift > MAX_DELTA
            || relate_derived(v, to, a, FORM_QUOTIENT, UINT32_C(1) << shift));
}

bool
okobpf_relate_multiple(struct verifier *v, struct val *to, const struct val *a,
                       uint64_t factor)
{
    uint64_t product;

    /* What is multiplied, if it is the quotient of a symbol. */
    struct origin of = { .form = FORM_PLAIN };
    const struct origin *origin;
    if (a->id && a->form == FORM_QUOTIENT) {
        of = val_origin(a);
    } else if (is_plain(a) && !a->delta
               && (origin = okobpf_id_origin(v, a->id))
               && origin->form == FORM_QUOTIENT
               && is_present(v, origin->parts[0], 1)) {
        of = *origin;
    }
    if (of.form == FORM_QUOTIENT) {
        origin = okobpf_id_origin(v, of.parts[0]);
        if (of.delta == factor) {
            relate(to, of.parts[0], FORM_MULTIPLE, factor, RANGE_NONE);
            return true;
        } else if (origin && origin->form == FORM_QUOTIENT
                   && (uint64_t) of.delta * origin->delta == factor
                   && is_present(v, origin->parts[0], 1)) {
            /* x / m / n is x / (m * n). */
            relate(to, origin->parts[0], FORM_MULTIPLE, factor, RANGE_NONE);
            return true;
        }
    }

    /* Compilers make divisions of multiplications, but not by such as are
     * shifts. */
    if (a->id && factor & (factor - 1) && factor <= UINT32_MAX
        && !__builtin_mul_overflow(a->s.r.umax, factor, &product)) {
        return relate_derived(v, to, a, FORM_PRODUCT, factor);
    }
    return true;
}

bool
okobpf_is_remainder(const struct verifier *v, const struct val *a,
                    const struct val *b)
{
    if (!a->id || !b->id || b->form != FORM_MULTIPLE) {
        return false;
    }
    if (is_plain(a) && !a->delta) {
        return a->id == b->id;
    }

    struct origin origin = val_origin(a);
    const struct origin *number = okobpf_id_origin(v, b->id);
    return number && origin_equal(number, &origin);
}

/* Makes the bounds of 'to', if it is what is left of the packet, those that
 * its range implies: pkt_len - (id + delta) >= range - delta. */
static void
refine_rest(struct val *to)
{
    if (is_rest(to) && to->range != RANGE_NONE) {
        struct scalar exact = okobpf_scalar_unknown();

        exact.r.smin = (int64_t) to->range - to->delta;
        if (okobpf_scalar_sync(&exact)
            && okobpf_scalar_intersect(&exact, &to->s)) {
            to->s = exact;
        }
    }
}

bool
okobpf_relate_difference(struct verifier *v, struct val *to,
                         const struct val *a, const struct val *b)
{
    struct scalar exact;

    if (okobpf_is_remainder(v, a, b)) {
        exact = okobpf_scalar_range(0, b->delta - 1);
        if (okobpf_scalar_intersect(&exact, &to->s)) {
            to->s = exact;
        }
        return true;
    }
    if (is_small_const(b)) {
        int64_t c = b->s.r.smin;

        if (is_plain(a)) {
            relate_alike(to, a, a->delta - c);
        } else if (is_rest(a)) {
            relate_alike(to, a, a->delta + c);
        }
        return true;
    }
    if (is_rest(a) && is_plain(b)) {
        uint32_t id;

        if (!okobpf_id_sum(v, a->id, b->id, &id)) {
            return false;
        }
        relate(to, id, FORM_REST, (int64_t) a->delta + b->delta, RANGE_NONE);
        adopt_all(v, to, a->id, b->id);
        refine_rest(to);
        return true;
    }
    if (!is_plain(a) || !is_plain(b)) {
        return true;
    }
    if (a->id == b->id) {
        exact
            = okobpf_scalar_const((uint64_t) ((int64_t) a->delta - b->delta));
        if (okobpf_scalar_intersect(&exact, &to->s)) {
            to->s = exact;
        }
    } else if (a->id == ID_PKT_LEN) {
        relate(to, b->id, FORM_REST, (int64_t) b->delta - a->delta, b->range);
        refine_rest(to);
    }
    return true;
}
