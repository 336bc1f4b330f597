/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What is known of a number because it is not larger than another one, of
 * which it is known how far it is from the end of the packet: part of it by a
 * mask, a quotient, a remainder, or what is left of the packet. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

/* Of more than so many times, so many are noted: that is true as well. */
#define MAX_TIMES 4

/* Symbols in a sum that is looked into. */
#define MAX_TERMS 8

static bool
is_plain(const struct val *val)
{
    return val->id && val->form == FORM_PLAIN;
}

static int32_t
to_range(int64_t range)
{
    return range > RANGE_NONE && range <= INT32_MAX ? (int32_t) range
           : RANGE_NONE;
}

/* Makes 'with' of '*to' say that 'to + with + range <= pkt_len'. */
static void
set_with(struct val *to, uint32_t with, int64_t range)
{
    if (!to->with && range > -MAX_DELTA && range <= INT32_MAX) {
        to->with = with;
        to->with_range = (int32_t) range;
    }
}

bool
okobpf_relate_at_most(struct verifier *v, struct val *to, const struct val *a,
                      uint64_t times)
{
    uint32_t rest;

    /* In these bounds, 'a' is what its form says without having wrapped, so
     * that this is true of any number from 0 to 'a', too. */
    if (!a->id || a->s.r.smin < 0 || a->s.r.smax > MAX_REST
        || to->s.r.smin < 0 || scalar_is_const(&to->s)
        || (to->id && (!is_plain(to) || to->delta || to->id == a->id))) {
        return true;
    }
    if (a->form == FORM_REST) {
        /* to <= pkt_len - (id + delta). */
        okobpf_id_need(v, to);
        set_with(to, a->id, a->delta);
        return true;
    }
    if (a->form != FORM_PLAIN || (a->range == RANGE_NONE && !a->with)) {
        return true;
    }

    okobpf_id_need(v, to);
    if (a->range != RANGE_NONE) {
        /* a + range - delta <= pkt_len, and 'a' less its part grows with it,
         * so that it is not less than for the smallest. */
        int64_t least = a->s.r.smin < MAX_PKT_LEN ? a->s.r.smin : MAX_PKT_LEN;
        int64_t base = (int64_t) a->range - a->delta;
        int32_t range = to_range(base + least - least / (int64_t) times);

        to->range = range > to->range ? range : to->range;

        times = times < MAX_TIMES ? times : MAX_TIMES;
        rest = to->id;
        for (uint64_t i = 2; i < times; i++) {
            if (!okobpf_id_sum(v, rest, to->id, &rest)) {
                return false;
            }
        }
        if (times > 1) {
            set_with(to, rest, base);
        }
    }
    if (a->with) {
        /* to <= id + delta, and id + with + with_range <= pkt_len. */
        set_with(to, a->with, (int64_t) a->with_range - a->delta);
    }
    return true;
}

/* What is known of the symbol 'id' from below. */
struct low {
    uint32_t id;
    const struct val *who;      /* Who says so, or NULL. */
    int64_t smin;
};

static void
look_low(struct verifier *v, struct val *val, void *low_)
{
    struct low *low = low_;

    (void) v;
    if (is_plain(val) && val->id == low->id
        && (val->type == V_SCALAR || val->type == V_PKT)
        && val->s.r.smin >= -MAX_REST / 2 && val->s.r.smax <= MAX_REST / 2
        && (!low->who || val->s.r.smin - val->delta > low->smin)) {
        low->smin = val->s.r.smin - val->delta;
        low->who = val;
    }
}

void
okobpf_relate_rest_as_offset(struct verifier *v, struct val *to)
{
    struct low low = { .id = to->id };
    int32_t delta = to->delta;

    okobpf_for_each_val(v, look_low, &low);
    okobpf_val_set_unrelated(to);
    okobpf_id_need(v, to);
    if (low.who && to->s.r.smin >= 0 && to->s.r.smax <= MAX_REST) {
        /* It is pkt_len - (id + delta), without wrapping, and id is not less
         * than it can be. */
        to->range = to_range(delta + low.smin);
        okobpf_note_use(v, low.who);
        mark_val_precise(v, low.who);
    }
}

/* The symbols of which a sum is made. */
struct terms {
    uint32_t ids[MAX_TERMS];
    int n;
};

/* Adds what 'id' is a sum of to 'terms'.  Returns false if that is too much.
 */
static bool
find_terms(const struct verifier *v, uint32_t id, struct terms *terms)
{
    const struct origin *origin = okobpf_id_origin(v, id);

    if (origin && origin->form == FORM_PLAIN && origin->parts[1]) {
        return (find_terms(v, origin->parts[0], terms)
                && find_terms(v, origin->parts[1], terms));
    }
    if (terms->n >= MAX_TERMS) {
        return false;
    }
    terms->ids[terms->n++] = id;
    return true;
}

/* Learns from that 'id + with + range <= pkt_len', and that 'id' is no less
 * than 'least', where 'with' may be a multiple of 'id' and something else. */
static void
learn_with(struct verifier *v, uint32_t id, int64_t least, uint32_t with,
           int64_t range, uint64_t deps)
{
    struct terms terms = { .n = 0 };
    uint32_t other = ID_NONE;
    int n_others = 0;

    okobpf_tell_range(v, with, range + least, deps);
    if (!find_terms(v, with, &terms)) {
        return;
    }
    for (int i = 0; i < terms.n; i++) {
        if (terms.ids[i] == id) {
            range += least;
        } else {
            other = terms.ids[i];
            n_others++;
        }
    }

    /* All that is left is 'id' and one other, or 'id' alone. */
    if (!n_others) {
        okobpf_tell_range(v, id, range, deps);
        okobpf_learn_len(v, range + least, deps);
    } else if (n_others == 1) {
        okobpf_tell_range(v, other, range + least, deps);
    }
}

void
okobpf_learn_bounds(struct verifier *v, const struct val *val, uint64_t deps)
{
    if (val->id && val->form == FORM_REST) {
        okobpf_tell_range(v, val->id, okobpf_range_of_rest(val), deps);
    }
    if (is_plain(val) && val->s.r.smin >= 0 && val->s.r.smax <= MAX_REST) {
        /* val is id + delta, without wrapping. */
        int64_t least = ((val->s.r.smin < MAX_PKT_LEN ? val->s.r.smin
                          : MAX_PKT_LEN) - val->delta);

        if (val->range != RANGE_NONE) {
            okobpf_learn_len(v, least + val->range, deps);
        }
        if (val->with) {
            learn_with(v, val->id, least, val->with, val->with_range, deps);
        }
    }
}
