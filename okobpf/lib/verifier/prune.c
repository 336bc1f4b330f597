/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Checkpoints: see verifier.h. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "verifier/verifier.h"

/* A checkpoint is worth its price when so much has happened since the last. */
#define MIN_INSNS 8
#define MIN_JUMPS 2

/* So many of the checkpoints of an instruction are kept, those of which there
 * was use last, or that are newest; others only if they are of use.  In a loop
 * whose rounds all differ, the newest are those of the next round, which is
 * where other paths of this one get to. */
#define N_KEPT 64

/* Symbols of a saved state that can be matched with those of another. */
#define MAX_PAIRS 64

/* How far may_have() goes. */
#define MAX_DEPTH 4

/* Names of registers and slots of a checkpoint in 'deps'.  Several share a
 * bit where 64 do not suffice, which can only make too many precise. */

static uint64_t
var_of_reg(uint32_t depth, uint32_t frame, int r)
{
    return UINT64_C(1) << (frame == depth ? r : 10 + (frame * 4 + r) % 6);
}

static uint64_t
var_of_slot(uint32_t frame, uint32_t slot)
{
    return UINT64_C(1) << (16 + (slot + 17 * frame) % 48);
}

/* Precision and liveness. */

/* Makes those values of 'cp' precise that 'deps' names.  Returns what these
 * were computed from. */
static uint64_t
checkpoint_mark_precise(struct checkpoint *cp, uint64_t deps)
{
    const struct saved *saved = cp->saved;
    struct val *val = saved->vals;
    uint64_t next = 0;

    for (uint32_t f = 0; f <= saved->depth; f++) {
        const struct saved_frame *sf = &saved->frames[f];

        for (uint32_t bits = sf->regs; bits; bits &= bits - 1, val++) {
            uint64_t var = var_of_reg(saved->depth, f, __builtin_ctz(bits));

            if (deps & var && val->type == V_SCALAR && !val->precise) {
                val->precise = true;
                next |= val->deps;
            }
        }
        for (uint64_t bits = sf->spills; bits; bits &= bits - 1, val++) {
            uint64_t var = var_of_slot(f, __builtin_ctzll(bits));

            if (deps & var && val->type == V_SCALAR && !val->precise) {
                val->precise = true;
                next |= val->deps;
            }
        }
    }
    return next;
}

void
okobpf_mark_precise(struct verifier *v, uint64_t deps)
{
    struct checkpoint *cp = v->cur->parent;

    for (; deps && cp; cp = cp->parent) {
        deps = checkpoint_mark_precise(cp, deps);
    }
}

void
okobpf_mark_slot_read(struct verifier *v, uint32_t frame, uint32_t slot)
{
    uint64_t bit = UINT64_C(1) << slot;

    if (v->cur->frames[frame].written & bit) {
        return;
    }
    for (struct checkpoint *cp = v->cur->parent; cp; cp = cp->parent) {
        if (frame > cp->saved->depth) {
            break;
        }

        struct saved_frame *sf = &cp->saved->frames[frame];
        if (sf->read & bit) {
            break;
        }
        sf->read |= bit;
        if (sf->written & bit) {
            break;
        }
    }
}

/* Comparison. */

/* The comparison of the current state with one in a checkpoint.
 *
 * That the checkpoint includes the current state may rest on values that the
 * current path computed: on a number that is within bounds, or a zero that
 * makes bytes zero.  If so, they have mattered, as if an instruction had made
 * use of them, or the checkpoints before would stand for states in which these
 * values are others.  So nothing below looks at a number or at a slot of the
 * current state without noting it here, in the same place: there is no second
 * list of what matters that could miss something. */
struct comparison {
    const struct checkpoint *cp;
    bool exact;                 /* Whether the states must be the same. */

    /* Matches symbols of the saved state with those of the current one: 'old'
     * there is 'new + shift' here. */
    struct {
        uint32_t old, new;
        int32_t shift;
    } pair[MAX_PAIRS];
    int n_pairs;
    uint32_t n_anonymous;

    /* What the result rests on. */
    uint64_t deps;              /* Of numbers. */
    uint64_t read[BPF_MAX_FRAMES]; /* Slots, by frame. */
};

/* Returns the number 'new', on which the result rests from now on. */
static const struct scalar *
rest_on(struct comparison *c, const struct val *new)
{
    if (new->type == V_SCALAR) {
        c->deps |= new->deps;
    }
    return &new->s;
}

/* Whether what follows from 'cp' may come by a value that depends on the
 * symbol 'id'.  Goes no deeper than 'depth' into what symbols stand for. */
static bool
may_have(const struct verifier *v, const struct checkpoint *cp, uint32_t id,
         int depth)
{
    const struct origin *o;

    if (cp->ids[id / 64 % 4] & UINT64_C(1) << id % 64 || !depth) {
        return true;
    }
    o = okobpf_id_origin(v, id);
    if (o && o->form == FORM_EITHER) {
        return (may_have(v, cp, o->parts[0], depth - 1)
                || may_have(v, cp, o->parts[1], depth - 1));
    }

    /* The newest part is the least likely to be still there, or anew. */
    return (o && (!o->parts[1] || may_have(v, cp, o->parts[1], depth - 1))
            && may_have(v, cp, o->parts[0], depth - 1));
}

/* Whether what follows from 'cp' may make use of that a symbol has the origin
 * 'o': of a sum if it comes by both parts, of an OR by one. */
static bool
origin_may_matter(const struct verifier *v, const struct checkpoint *cp,
                  const struct origin *o)
{
    bool first = may_have(v, cp, o->parts[0], MAX_DEPTH);

    if (o->form == FORM_EITHER) {
        return first || may_have(v, cp, o->parts[1], MAX_DEPTH);
    }
    return first && (!o->parts[1]
                     || may_have(v, cp, o->parts[1], MAX_DEPTH));
}

static bool
match_id(const struct verifier *v, struct comparison *c,
         uint32_t old, uint32_t new, int32_t shift)
{
    if (old == ID_PKT_LEN) {
        return new == ID_PKT_LEN && !shift;
    }
    if (!new) {
        /* Equal to no other value. */
        new = UINT32_MAX - c->n_anonymous++;
    }
    for (int i = 0; i < c->n_pairs; i++) {
        if (c->pair[i].old == old) {
            return (c->pair[i].new == new
                    && c->pair[i].shift == shift);
        }
    }
    if (c->n_pairs >= MAX_PAIRS) {
        return false;
    }
    c->pair[c->n_pairs].old = old;
    c->pair[c->n_pairs].new = new;
    c->pair[c->n_pairs].shift = shift;
    c->n_pairs++;

    /* What follows from the saved state may have made use of what the symbol
     * stands for, if that came up again.  Whether a loop makes progress is
     * another matter: what its counter stands for is longer in each round. */
    const struct origin *o = c->exact ? NULL : okobpf_id_origin(v, old);
    if (o && origin_may_matter(v, c->cp, o)) {
        const struct origin *n = okobpf_id_origin(v, new);

        return (!shift && n && o->form == n->form && o->delta == n->delta
                && match_id(v, c, o->parts[0], n->parts[0], 0)
                && (!o->parts[1] == !n->parts[1])
                && (!o->parts[1]
                    || match_id(v, c, o->parts[1], n->parts[1], 0)));
    }
    return true;
}

/* Whether a range of 'old' says nothing that one of 'new' doesn't, where both
 * values are equal. */
static bool
range_included(const struct val *old, int32_t old_range,
               const struct val *new, int32_t new_range)
{
    return ((int64_t) new_range - new->delta
            >= (int64_t) old_range - old->delta);
}

/* Whether what 'old' says of its symbol is true of that of 'new'. */
static bool
relation_included(const struct verifier *v, struct comparison *c,
                  const struct val *old, const struct val *new)
{
    if (!old->id) {
        return true;
    }
    if (new->id && old->form != new->form) {
        return false;
    }
    if ((old->form == FORM_QUOTIENT || old->form == FORM_MULTIPLE)
        && (!new->id || old->delta != new->delta)) {
        return false;
    }
    if (old->range != RANGE_NONE
        && (!new->id || new->range == RANGE_NONE
            || !range_included(old, old->range, new, new->range))) {
        return false;
    }
    if (old->with
        && (!new->id || !new->with
            || !range_included(old, old->with_range, new, new->with_range)
            || !match_id(v, c, old->with, new->with, 0))) {
        return false;
    }
    return match_id(v, c, old->id, new->id,
                    new->id ? new->delta - old->delta : 0);
}

/* Whether 'old' includes 'new'. */
static bool
val_included(const struct verifier *v, struct comparison *c,
             const struct val *old, const struct val *new)
{
    if (old->type != new->type) {
        return false;
    }
    if (old->type == V_SCALAR && !old->precise && !c->exact) {
        return true;            /* Any number will do. */
    }

    const struct scalar *s = rest_on(c, new);
    return ((!val_has_map(old) || old->map == new->map)
            && old->frame == new->frame
            && (c->exact ? okobpf_scalar_equal(&old->s, s)
                : okobpf_scalar_includes(&old->s, s))
            && relation_included(v, c, old, new));
}

/* Whether byte 'i' of 'slot' is data, whatever it is. */
static bool
is_data(const struct slot *slot, int i)
{
    return (slot->kind[i] >= B_MISC
            && !(okobpf_slot_byte_in_val(slot, i)
                 && val_is_pointer(&slot->val)));
}

/* Whether the 8 bytes of 'old', of which 'val' holds the value if there is
 * one, include those of 'new'. */
static bool
slot_included(const struct verifier *v, struct comparison *c,
              const struct saved_slot *old, const struct val *val,
              const struct slot *new)
{
    bool same_place = (old->size && new->start == old->start
                       && new->size == old->size);

    for (int i = 0; i < 8; i++) {
        if (c->exact && new->kind[i] != old->kind[i]) {
            return false;
        }
        switch ((enum byte_kind) old->kind[i]) {
        case B_NONE:
        case B_BROKEN:
            /* Can't have been read. */
            break;

        case B_MISC:
            if (!is_data(new, i)) {
                return false;
            }
            break;

        case B_ZERO:
            if (!okobpf_slot_byte_is_zero(new, i, &c->deps)) {
                return false;
            }
            break;

        case B_SPILL:
            /* Any data make up some number. */
            if (!same_place
                && (c->exact || val->type != V_SCALAR || val->precise
                    || !is_data(new, i))) {
                return false;
            }
            break;
        }
    }
    return !same_place || val_included(v, c, val, &new->val);
}

/* Whether the state in 'c->cp' includes the current one. */
static bool
state_included(const struct verifier *v, struct comparison *c)
{
    static const struct slot no_slot;
    const struct saved *saved = c->cp->saved;
    const struct state *cur = v->cur;
    const struct val *val = saved->vals;
    const struct saved_slot *slot = saved->slots;

    if (saved->depth != cur->depth
        || saved->len_min > cur->len_min
        || (c->exact && saved->len_min != cur->len_min)) {
        return false;
    }
    for (uint32_t f = 0; f <= saved->depth; f++) {
        const struct saved_frame *sf = &saved->frames[f];
        const struct frame *frame = &cur->frames[f];

        if (f && sf->call_insn != frame->call_insn) {
            return false;
        }
        for (uint32_t bits = sf->regs; bits; bits &= bits - 1) {
            if (!val_included(v, c, val++,
                              &frame->regs[__builtin_ctz(bits)])) {
                return false;
            }
        }
        c->read[f] = sf->read;
        for (uint32_t s = 0; s < sf->n_slots; s++, slot++) {
            const struct slot *new = (s < frame->n_slots ? &frame->slots[s]
                                      : &no_slot);
            const struct val *old_val = slot->size ? val++ : NULL;

            /* What is read later is known only once all is known. */
            if ((c->exact || sf->read & (UINT64_C(1) << s))
                && !slot_included(v, c, slot, old_val, new)) {
                return false;
            }
        }
    }
    return true;
}

/* Whether the state in 'cp' includes the current one.  'exact': whether they
 * are the same.  If so, what this rests on has mattered. */
static bool
includes(struct verifier *v, const struct checkpoint *cp, bool exact)
{
    struct comparison c;

    c.cp = cp;
    c.exact = exact;
    c.n_pairs = 0;
    c.n_anonymous = 0;
    c.deps = 0;
    if (!state_included(v, &c)) {
        return false;
    }
    for (uint32_t f = 0; f <= cp->saved->depth; f++) {
        for (uint64_t bits = c.read[f]; bits; bits &= bits - 1) {
            okobpf_mark_slot_read(v, f, __builtin_ctzll(bits));
        }
    }
    okobpf_mark_precise(v, c.deps);
    return true;
}

/* Checkpoints. */

static void
checkpoint_free(struct verifier *v, struct checkpoint *cp)
{
    okobpf_saved_free(v, cp->saved);
    okobpf_v_free(v, cp, sizeof *cp);
    v->n_checkpoints--;
}

/* Makes the values of the current state depend on those in 'saved', just made
 * of it for a checkpoint.  Forgets what is not in there: nothing may follow
 * from it any more. */
static void
restart_deps(struct state *cur, const struct saved *saved)
{
    for (uint32_t f = 0; f <= cur->depth; f++) {
        struct frame *frame = &cur->frames[f];

        frame->written = 0;
        for (int r = 0; r < 10; r++) {
            if (!(saved->frames[f].regs & (1u << r))) {
                okobpf_val_set_none(&frame->regs[r]);
            } else if (frame->regs[r].type == V_SCALAR) {
                frame->regs[r].deps = var_of_reg(cur->depth, f, r);
            }
        }
        for (uint32_t s = 0; s < frame->n_slots; s++) {
            struct slot *slot = &frame->slots[s];

            if (slot->size && slot->val.type == V_SCALAR) {
                slot->val.deps = var_of_slot(f, s);
            }
        }
    }
}

/* Fills in 'ids'. */
static void
note_ids(struct checkpoint *cp)
{
    const struct saved *saved = cp->saved;
    const struct val *val = saved->vals;

    for (uint32_t f = 0; f <= saved->depth; f++) {
        const struct saved_frame *sf = &saved->frames[f];
        int n = (__builtin_popcount(sf->regs)
                 + __builtin_popcountll(sf->spills));

        for (; n; n--, val++) {
            cp->ids[val->id / 64 % 4] |= UINT64_C(1) << val->id % 64;
            cp->ids[val->with / 64 % 4] |= UINT64_C(1) << val->with % 64;
        }
    }

    /* The length can be had of the context at any time. */
    cp->ids[0] |= UINT64_C(1) << ID_PKT_LEN;
}

static bool
checkpoint_add(struct verifier *v, struct join *join)
{
    struct checkpoint *cp = okobpf_v_alloc(v, sizeof *cp);

    if (!cp) {
        return false;
    }
    cp->saved = okobpf_state_save(v, false);
    if (!cp->saved) {
        okobpf_v_free(v, cp, sizeof *cp);
        return false;
    }
    note_ids(cp);
    cp->parent = v->cur->parent;
    cp->n_open = 1;
    cp->next = join->open;
    join->open = cp;
    join->n_open++;
    v->n_checkpoints++;

    v->cur->parent = cp;
    v->cur->n_insns = 0;
    v->cur->n_jumps = 0;
    restart_deps(v->cur, cp->saved);
    return true;
}

bool
okobpf_checkpoint_visit(struct verifier *v, bool *pruned)
{
    struct join *join = &v->joins[v->cur->insn];
    struct checkpoint **cpp = &join->done;
    uint32_t n = 0;

    while (*cpp) {
        struct checkpoint *cp = *cpp;

        if (includes(v, cp, false)) {
            okobpf_log_note(v, "%u: as before: nothing new from here\n",
                            v->cur->insn);
            cp->n_hits++;
            okobpf_work_inherit(v, cp);

            /* What was of use once is likely to be again. */
            *cpp = cp->next;
            cp->next = join->done;
            join->done = cp;
            *pruned = true;
            return true;
        }
        if (++n >= N_KEPT && ++cp->n_misses > cp->n_hits * 3 + 64) {
            *cpp = cp->next;
            checkpoint_free(v, cp);
        } else {
            cpp = &cp->next;
        }
    }

    /* The same state again on one path comes back for ever.  A loop of
     * several checkpoints at this instruction a round may escape this, but not
     * the limit on visits. */
    struct checkpoint *open = join->open;
    for (int i = 0; open && i < 4; open = open->next, i++) {
        if (includes(v, open, true)) {
            return okobpf_refuse(
                v,
                "make sure that each round of the loop comes "
                "closer to its end, with a counter for example: "
                "for (i = 0; i < 8; i++)",
                "endless loop: instruction %u is reached again with "
                "nothing changed",
                v->cur->insn);
        }
    }

    /* The more rounds a loop makes, the rarer its checkpoints may be. */
    uint32_t scale = 1;
    while (scale < 64 && join->n_open >= scale * 64) {
        scale *= 2;
    }
    if ((v->cur->n_insns >= MIN_INSNS * scale && v->cur->n_jumps >= MIN_JUMPS)
        || (!join->open && !join->done)) {
        return checkpoint_add(v, join);
    }
    return true;
}

void
okobpf_path_ended(struct verifier *v)
{
    struct checkpoint *cp = v->cur->parent;

    okobpf_work_ended(v);
    while (cp && !--cp->n_open) {
        struct join *join = &v->joins[cp->saved->insn];

        /* Paths are followed depth first, so the innermost of the open
         * checkpoints is finished first. */
        join->open = cp->next;
        join->n_open--;

        struct checkpoint *parent = cp->parent;
        okobpf_work_finished(cp);
        if (v->every_path) {
            checkpoint_free(v, cp);
        } else {
            cp->next = join->done;
            join->done = cp;
        }
        cp = parent;
    }
}

static void
list_free(struct verifier *v, struct checkpoint *cp)
{
    while (cp) {
        struct checkpoint *next = cp->next;

        checkpoint_free(v, cp);
        cp = next;
    }
}

void
okobpf_checkpoints_free(struct verifier *v)
{
    for (uint32_t i = 0; v->joins && i < v->n_insns; i++) {
        list_free(v, v->joins[i].open);
        list_free(v, v->joins[i].done);
    }
}
