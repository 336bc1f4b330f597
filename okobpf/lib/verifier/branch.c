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

/* Conditional jumps.  What is known after them is in learn.c. */

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
    val_set_scalar(&c->imm, scalar_const((uint64_t) (int64_t) insn->imm), 0);
    c->src = (BPF_SOURCE(insn->opcode) == BPF_X ? reg(v, bpf_src(insn))
              : &c->imm);
}

static bool
is_zero(const struct val *val)
{
    return val_is_const(val) && !val->s.r.umax;
}

/* Null checks. */

struct null_news {
    uint32_t id;
    bool is_null;
};

static void
tell_null(struct verifier *v, struct val *val, void *news_)
{
    const struct null_news *news = news_;

    (void) v;
    if (val->type == V_VALUE_OR_NULL && val->id == news->id) {
        if (news->is_null) {
            val_set_scalar(val, scalar_const(0), 0);
        } else {
            val->type = V_VALUE;
            val->id = ID_NONE;
        }
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

/* Returns which of NOT_TAKEN and TAKEN are possible for numbers or offsets. */
static int
possible_outcomes(const struct comparison *c)
{
    int outcomes = 0;

    for (int taken = 0; taken < 2; taken++) {
        struct scalar a = c->dst->s;
        struct scalar b = c->src->s;

        if (scalar_assume(c->op, c->width, taken, &a, &b)) {
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

    return refuse(v, ptr->type == V_PKT
                  ? "compare pointers into the packet only with each other "
                    "and with the end of the packet, in 64 bits and without "
                    "sign (<, <=, >, >=, ==, !=)"
                  : "compare pointers only with NULL, in 64 bits",
                  "forbidden %scomparison of %s with %s",
                  c->width == 32 ? "32-bit "
                  : is_signed_jump(c->op) ? "signed " : "",
                  val_type_name(v, ptr), val_type_name(v, other));
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
            mark_precise(v, dst->deps | src->deps);
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
    if (!is_zero(other) || !is_equality(c->op)) {
        return refuse_comparison(v, c);
    }
    mark_val_precise(v, other);
    if (ptr->type == V_VALUE || ptr->type == V_STACK || ptr->type == V_CTX
        || ptr->type == V_MAP) {
        *outcomes = c->op == BPF_JEQ ? NOT_TAKEN : TAKEN;
    }
    return true;
}

void
branch_go(struct verifier *v, bool taken)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];
    struct state *cur = v->cur;
    struct comparison c;

    comparison_init(v, &c);
    if (c.dst->type == V_SCALAR && c.src->type == V_SCALAR) {
        learn(v, c.op, c.width, taken, c.dst, c.src);
    } else if (c.dst->type == V_PKT && c.src->type == V_PKT) {
        if (offsets_compare(&c)) {
            learn(v, c.op, c.width, taken, c.dst, c.src);
        }
    } else {
        const struct val *ptr = val_is_pointer(c.dst) ? c.dst : c.src;

        if (ptr->type == V_VALUE_OR_NULL) {
            struct null_news news = { ptr->id, taken == (c.op == BPF_JEQ) };

            for_each_val(v, tell_null, &news);
        }
    }

    cur->trail[cur->n_trail++ % N_TRAIL] = cur->insn * 2 + taken;
    cur->insn += 1 + (taken ? insn->offset : 0);
}

bool
follow_branch(struct verifier *v)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];
    struct comparison c;
    int outcomes;

    if (!check_reg(v, bpf_dst(insn))
        || (BPF_SOURCE(insn->opcode) == BPF_X
            && !check_reg(v, bpf_src(insn)))) {
        return false;
    }
    comparison_init(v, &c);
    if (!check_comparison(v, &c, &outcomes)) {
        return false;
    }
    if (outcomes == (TAKEN | NOT_TAKEN)) {
        /* A value compared with one that is within the packet may become an
         * offset. */
        if (c.src->range != RANGE_NONE && c.dst->type == V_SCALAR) {
            id_need(v, c.dst);
        } else if (c.dst->range != RANGE_NONE && c.src->type == V_SCALAR) {
            id_need(v, c.src);
        }

        /* What is not equal is less special than what is, so that the path
         * where it is ends soon, at a checkpoint of the one where it isn't.
         * With lists of addresses this makes all the difference. */
        bool first = (c.op == BPF_JNE && c.dst->type == V_SCALAR);
        if (!v_push(v, !first)) {
            return false;
        }
        branch_go(v, first);
    } else {
        branch_go(v, outcomes == TAKEN);
    }
    return true;
}
