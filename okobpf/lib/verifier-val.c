/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* Values and how they depend on each other. */

#include <string.h>
#include "verifier.h"

void
val_set_none(struct val *val)
{
    memset(val, 0, sizeof *val);
    val->range = RANGE_NONE;
}

void
val_set_scalar(struct val *val, struct scalar s, uint64_t deps)
{
    val_set_none(val);
    val->type = V_SCALAR;
    val->s = s;
    val->deps = deps;
}

void
for_each_val(struct verifier *v,
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

/* Symbols.
 *
 * The sum of two symbols is a symbol again, and the same each time, so that a
 * check of "a + b" is one of "pkt + a + b", too.  What each stands for is a
 * matter of the two symbols alone, not of the path, so they are kept for all
 * paths. */

#define MAX_SUMS 4096
#define N_SUM_BUCKETS 1024

struct sum {
    uint32_t id;
    uint32_t parts[2];          /* In order. */
    uint32_t next;              /* In the bucket: index + 1, 0 at the end. */
};

struct sums {
    struct sum sums[MAX_SUMS];  /* By increasing 'id'. */
    uint32_t n;
    uint32_t buckets[N_SUM_BUCKETS]; /* Index + 1, 0 if empty. */
};

void
id_need(struct verifier *v, struct val *val)
{
    if (!val->id && !scalar_is_const(&val->s)) {
        val->id = v->next_id++;
        val->form = FORM_PLAIN;
        val->delta = 0;
        val->range = RANGE_NONE;
    }
}

/* Stores the symbol for the sum of 'a' and 'b' in '*id'.  Returns false if
 * memory is exhausted. */
static bool
id_sum(struct verifier *v, uint32_t a, uint32_t b, uint32_t *id)
{
    uint32_t low = a < b ? a : b;
    uint32_t high = a < b ? b : a;
    uint32_t hash = (low * 0x9e3779b1u ^ high * 0x85ebca77u) >> 16;

    if (!v->sums) {
        v->sums = v_alloc(v, sizeof *v->sums);
        if (!v->sums) {
            return false;
        }
    }

    uint32_t *bucket = &v->sums->buckets[hash % N_SUM_BUCKETS];
    for (uint32_t i = *bucket; i; i = v->sums->sums[i - 1].next) {
        const struct sum *sum = &v->sums->sums[i - 1];

        if (sum->parts[0] == low && sum->parts[1] == high) {
            *id = sum->id;
            return true;
        }
    }

    *id = v->next_id++;
    if (v->sums->n < MAX_SUMS) {
        v->sums->sums[v->sums->n++] = (struct sum) {
            .id = *id, .parts = { low, high }, .next = *bucket,
        };
        *bucket = v->sums->n;
    }
    return true;
}

bool
id_parts(const struct verifier *v, uint32_t sum, uint32_t parts[2])
{
    uint32_t low = 0;
    uint32_t high = v->sums ? v->sums->n : 0;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const struct sum *s = &v->sums->sums[middle];

        if (s->id == sum) {
            parts[0] = s->parts[0];
            parts[1] = s->parts[1];
            return true;
        } else if (s->id < sum) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* Takes over for '*aux', a value that is new, what 'val' knows of its symbol
 * already. */
static void
adopt(struct verifier *v, struct val *val, void *to_)
{
    struct val *to = to_;

    if (val == to || val->id != to->id || val->form == FORM_SHIFTED_U
        || val->form == FORM_SHIFTED_S || val->range <= to->range) {
        return;
    }
    to->range = val->range;
    if (to->type == V_SCALAR) {
        to->deps |= val->type == V_SCALAR ? val->deps : 0;
    } else {
        mark_val_precise(v, val);
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
    }
}

void
relate_same(struct val *to, const struct val *from)
{
    relate(to, from->id, from->form, from->delta, from->range);
}

/* Whether 'val' can stand for 'id + delta'. */
static bool
is_plain(const struct val *val)
{
    return val->id && val->form == FORM_PLAIN;
}

/* Whether 'val' is a constant that may become part of a 'delta'. */
static bool
is_small_const(const struct val *val)
{
    return (scalar_is_const(&val->s)
            && val->s.r.smin >= -MAX_DELTA && val->s.r.smin <= MAX_DELTA);
}

bool
relate_sum(struct verifier *v, struct val *to,
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
            relate(to, a->id, FORM_PLAIN, a->delta + c, a->range);
        } else if (a->id && a->form == FORM_REST) {
            relate(to, a->id, FORM_REST, a->delta - c, a->range);
        }
    } else if (is_plain(a) && is_plain(b)) {
        uint32_t id;

        if (!id_sum(v, a->id, b->id, &id)) {
            return false;
        }
        relate(to, id, FORM_PLAIN, (int64_t) a->delta + b->delta, RANGE_NONE);
        if (to->id) {
            for_each_val(v, adopt, to);
        }
    }
    return true;
}

bool
relate_difference(struct verifier *v, struct val *to,
                  const struct val *a, const struct val *b)
{
    struct scalar exact;

    (void) v;
    if (is_small_const(b)) {
        int64_t c = b->s.r.smin;

        if (is_plain(a)) {
            relate(to, a->id, FORM_PLAIN, a->delta - c, a->range);
        } else if (a->id && a->form == FORM_REST) {
            relate(to, a->id, FORM_REST, a->delta + c, a->range);
        }
        return true;
    }
    if (!is_plain(a) || !is_plain(b)) {
        return true;
    }
    if (a->id == b->id) {
        exact = scalar_const((uint64_t) ((int64_t) a->delta - b->delta));
        if (scalar_intersect(&exact, &to->s)) {
            to->s = exact;
        }
    } else if (a->id == ID_PKT_LEN) {
        int64_t delta = (int64_t) b->delta - a->delta;

        relate(to, b->id, FORM_REST, delta, b->range);
        if (b->range != RANGE_NONE && to->id) {
            /* pkt_len - (id + delta) >= range - delta, without wrapping. */
            exact = scalar_unknown();
            exact.r.smin = b->range - delta;
            if (scalar_sync(&exact) && scalar_intersect(&exact, &to->s)) {
                to->s = exact;
            }
        }
    }
    return true;
}
