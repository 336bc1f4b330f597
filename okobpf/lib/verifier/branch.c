/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Conditional jumps.  What is known after them is in learn.c. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

/* Offsets of packet pointers up to this can be added to any address without
 * wrapping. */
#define MAX_COMPARED_OFS (INT64_C(1) << 40)

/* The comparison at 'insn', with a copy of what it compares. */
struct comparison {
    int op;                     /* BPF_OP. */
    int width;                  /* 32 or 64. */
    struct val *dst;
    struct val *src;            /* Into the state, or &imm. */
    struct val imm;
};

static bool
is_equality(int op)
{
    return op == BPF_JEQ || op == BPF_JNE;
}

static void
comparison_init(struct verifier *v, struct comparison *c)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];

    c->op = BPF_OP(insn->opcode);
    c->width = BPF_CLASS(insn->opcode) == BPF_JMP ? 64 : 32;
    c->dst = reg(v, bpf_dst(insn));
    okobpf_val_set_scalar(
        &c->imm, okobpf_scalar_const((uint64_t) (int64_t) insn->imm), 0);
    c->src = (BPF_SOURCE(insn->opcode) == BPF_X ? reg(v, bpf_src(insn))
              : &c->imm);
}

static bool
is_zero(const struct val *val)
{
    return val_is_const(val) && !val->s.r.umax;
}

/* Null checks. */

/* So many pointers are compared with NULL at once. */
#define MAX_NULLS 8

/* Symbols of the pointers that may be NULL of which an OR is made. */
struct nulls {
    uint32_t ids[MAX_NULLS];
    int n;
};

/* Adds those that 'id' stands for to 'nulls'.  Returns false if these are too
 * many. */
static bool
find_nulls(const struct verifier *v, uint32_t id, struct nulls *nulls)
{
    const struct origin *origin = okobpf_id_origin(v, id);

    if (origin && origin->form == FORM_EITHER) {
        return (find_nulls(v, origin->parts[0], nulls)
                && find_nulls(v, origin->parts[1], nulls));
    }
    if (nulls->n >= MAX_NULLS) {
        return false;
    }
    nulls->ids[nulls->n++] = id;
    return true;
}

struct null_news {
    uint32_t id;
    bool is_null;
};

static void
tell_null(struct verifier *v, struct val *val, void *news_)
{
    const struct null_news *news = news_;

    (void) v;
    if ((val->type == V_VALUE_OR_NULL || val->type == V_NULLS)
        && val->id == news->id) {
        if (news->is_null) {
            okobpf_val_set_scalar(val, okobpf_scalar_const(0), 0);
        } else {
            val->type = val->type == V_NULLS ? V_NOT_NULL : V_VALUE;
            val->id = ID_NONE;
        }
    }
}

static void
tell_all_null(struct verifier *v, uint32_t id, bool is_null)
{
    struct null_news news = { id, is_null };

    okobpf_for_each_val(v, tell_null, &news);
}

/* Learns from a comparison of 'ptr' with NULL.  Of several pointers, an OR is
 * NULL if all are.  Otherwise there is a first one that is not: number
 * 'which', the ones before it being NULL. */
static void
learn_null(struct verifier *v, const struct val *ptr, bool is_null, int which)
{
    struct nulls nulls = { .n = 0 };
    uint32_t id = ptr->id;

    if (!find_nulls(v, id, &nulls)) {
        return;
    }
    for (int i = 0; i < nulls.n && (is_null || i <= which); i++) {
        tell_all_null(v, nulls.ids[i], is_null || i < which);
    }
    if (nulls.n > 1) {
        tell_all_null(v, id, is_null);
    }
}

/* Kinds of comparisons. */

/* Whether the order of the pointers is the order of their offsets. */
static bool
offsets_compare(const struct comparison *c)
{
    return (c->dst->s.r.smin >= 0 && c->dst->s.r.smax <= MAX_COMPARED_OFS
            && c->src->s.r.smin >= 0 && c->src->s.r.smax <= MAX_COMPARED_OFS);
}

enum {
    NOT_TAKEN = 1,
    TAKEN = 2,
};

/* Whether both sides are the same number, whatever it is: then their low
 * halves are, too. */
static bool
compares_with_itself(const struct comparison *c)
{
    return (c->dst == c->src
            || (c->dst->type == V_SCALAR && c->src->type == V_SCALAR
                && c->dst->id && c->dst->id == c->src->id
                && c->dst->form == c->src->form
                && c->dst->delta == c->src->delta));
}

/* Returns which of NOT_TAKEN and TAKEN are possible for numbers or offsets. */
static int
possible_outcomes(const struct comparison *c)
{
    int outcomes = 0;

    if (c->op != BPF_JSET && compares_with_itself(c)) {
        return (c->op == BPF_JEQ || c->op == BPF_JGE || c->op == BPF_JLE
                || c->op == BPF_JSGE || c->op == BPF_JSLE
                ? TAKEN : NOT_TAKEN);
    }
    for (int taken = 0; taken < 2; taken++) {
        struct scalar a = c->dst->s;
        struct scalar b = c->src->s;

        if (okobpf_scalar_assume(c->op, c->width, taken, &a, &b)) {
            outcomes |= taken ? TAKEN : NOT_TAKEN;
        }
    }
    return outcomes ? outcomes : TAKEN | NOT_TAKEN;
}

static bool
refuse_comparison(struct verifier *v, const struct comparison *c)
{
    const struct val *ptr = val_is_pointer(c->dst) ? c->dst : c->src;
    const struct val *other = ptr == c->dst ? c->src : c->dst;

    return okobpf_refuse(
        v,
        ptr->type == V_PKT
            ? "compare pointers into the packet only with each other "
              "and with the end of the packet, in 64 bits and without "
              "sign (<, <=, >, >=, ==, !=)"
            : "compare pointers only with NULL, in 64 bits",
        "forbidden %scomparison of %s with %s",
        c->width == 32          ? "32-bit "
        : is_signed_jump(c->op) ? "signed "
                                : "",
        okobpf_val_type_name(v, ptr), okobpf_val_type_name(v, other));
}

/* Whether 'ptr' points into a value of a map, or just past it.  Farther away,
 * it may be anywhere. */
static bool
is_within_value(const struct verifier *v, const struct val *ptr)
{
    return (ptr->type == V_VALUE && ptr->s.r.smin >= 0
            && ptr->s.r.smax <= v->image->maps[ptr->map].value_size);
}

/* Stores in '*outcomes' which of NOT_TAKEN and TAKEN are possible. */
static bool
check_comparison(struct verifier *v, struct comparison *c, int *outcomes)
{
    struct val *dst = c->dst;
    struct val *src = c->src;

    *outcomes = TAKEN | NOT_TAKEN;
    if (!val_is_pointer(dst) && !val_is_pointer(src)) {
        *outcomes = possible_outcomes(c);
        if (*outcomes != (TAKEN | NOT_TAKEN)) {
            okobpf_mark_precise(v, dst->deps | src->deps);
        }
        return true;
    }
    if (c->width == 32) {
        return refuse_comparison(v, c);
    }
    if (dst->type == V_PKT && src->type == V_PKT) {
        if (is_signed_jump(c->op) || c->op == BPF_JSET) {
            return refuse_comparison(v, c);
        }
        if (offsets_compare(c)) {
            *outcomes = possible_outcomes(c);
        }
        return true;
    }

    /* Comparisons with NULL. */
    struct val *ptr = val_is_pointer(dst) ? dst : src;
    struct val *other = ptr == dst ? src : dst;
    if (!is_zero(other) || !is_equality(c->op)
        || (okobpf_val_is_address(ptr) && ptr->type != V_PKT)) {
        return refuse_comparison(v, c);
    }
    mark_val_precise(v, other);
    if (ptr->type == V_STACK || ptr->type == V_CTX || ptr->type == V_MAP
        || ptr->type == V_NOT_NULL || is_within_value(v, ptr)) {
        *outcomes = c->op == BPF_JEQ ? NOT_TAKEN : TAKEN;
    }
    return true;
}

void
okobpf_branch_go(struct verifier *v, bool taken, int which)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];
    struct state *cur = v->cur;
    struct comparison c;

    comparison_init(v, &c);
    if (c.dst->type == V_SCALAR && c.src->type == V_SCALAR) {
        okobpf_learn(v, c.op, c.width, taken, c.dst, c.src);
    } else if (c.dst->type == V_PKT && c.src->type == V_PKT) {
        if (offsets_compare(&c)) {
            okobpf_learn(v, c.op, c.width, taken, c.dst, c.src);
        }
    } else {
        const struct val *ptr = val_is_pointer(c.dst) ? c.dst : c.src;

        if (ptr->type == V_VALUE_OR_NULL || ptr->type == V_NULLS) {
            learn_null(v, ptr, taken == (c.op == BPF_JEQ), which);
        }
    }

    cur->trail[cur->n_trail++ % N_TRAIL] = cur->insn * 2 + taken;
    cur->insn += 1 + (taken ? insn->offset : 0);
}

/* Whether it is known of 'val' how far within the packet it is, or if it is
 * what is left of the packet from somewhere. */
static bool
is_within(const struct val *val)
{
    return (val->range != RANGE_NONE || val->with
            || (val->id && val->form == FORM_REST));
}

/* Leaves all cases but the first in which not all of the pointers that are
 * compared with NULL at once are NULL for later. */
static bool
push_null_cases(struct verifier *v, const struct comparison *c)
{
    const struct val *ptr = val_is_pointer(c->dst) ? c->dst : c->src;
    struct nulls nulls = { .n = 0 };

    if (ptr->type == V_NULLS && find_nulls(v, ptr->id, &nulls)) {
        for (int i = 1; i < nulls.n; i++) {
            if (!okobpf_v_push(v, c->op == BPF_JNE, i)) {
                return false;
            }
        }
    }
    return true;
}

bool
okobpf_follow_branch(struct verifier *v)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];
    struct comparison c;
    int outcomes;

    if (!okobpf_check_reg(v, bpf_dst(insn))
        || (BPF_SOURCE(insn->opcode) == BPF_X
            && !okobpf_check_reg(v, bpf_src(insn)))) {
        return false;
    }
    comparison_init(v, &c);
    if (!check_comparison(v, &c, &outcomes)) {
        return false;
    }
    if (outcomes == (TAKEN | NOT_TAKEN)) {
        /* A value compared with one that is within the packet may become an
         * offset. */
        if (c.dst->type == V_SCALAR && is_within(c.src)) {
            okobpf_id_need(v, c.dst);
        } else if (c.src->type == V_SCALAR && is_within(c.dst)) {
            okobpf_id_need(v, c.src);
        }

        /* What is not equal is less special than what is, so that the path
         * where it is ends soon, at a checkpoint of the one where it isn't.
         * With lists of addresses this makes all the difference. */
        bool first = (c.op == BPF_JNE && c.dst->type == V_SCALAR);
        if (!push_null_cases(v, &c) || !okobpf_v_push(v, !first, 0)) {
            return false;
        }
        okobpf_branch_go(v, first, 0);
    } else {
        okobpf_branch_go(v, outcomes == TAKEN, 0);
    }
    return true;
}
