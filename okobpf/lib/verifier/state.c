/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Saved states: see verifier.h. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "verifier/verifier.h"

/* Registers that live on in a function that has called another. */
#define CALLEE_SAVED 0x3c0u

/* The registers of 'frame' that are read later on the current path. */
static uint32_t
live_regs(const struct verifier *v, uint32_t frame)
{
    const struct state *cur = v->cur;

    return (frame == cur->depth
            ? v->info[cur->insn].live
            : (v->info[cur->frames[frame + 1].call_insn + 1].live
               & CALLEE_SAVED));
}

/* The registers of 'frame' that are not read later, but tell how far something
 * is within the packet. */
static uint32_t
telling_regs(const struct frame *frame)
{
    uint32_t regs = 0;

    for (int r = 0; r < 10; r++) {
        const struct val *val = &frame->regs[r];

        if ((val->range != RANGE_NONE || val->with) && val->id >= ID_FIRST
            && (val->type == V_SCALAR || val->type == V_PKT)) {
            regs |= 1u << r;
        }
    }
    return regs;
}

struct saved *
okobpf_state_save(struct verifier *v, bool telling)
{
    const struct state *cur = v->cur;
    uint32_t regs[BPF_MAX_FRAMES];
    size_t n_vals = 0;
    size_t n_slots = 0;

    for (uint32_t f = 0; f <= cur->depth; f++) {
        const struct frame *frame = &cur->frames[f];
        uint32_t live = (live_regs(v, f)
                         | (telling ? telling_regs(frame) : 0));

        /* r10 is always the same. */
        regs[f] = 0;
        for (int r = 0; r < 10; r++) {
            if (live & (1u << r) && frame->regs[r].type != V_NONE) {
                regs[f] |= 1u << r;
                n_vals++;
            }
        }
        for (uint32_t s = 0; s < frame->n_slots; s++) {
            n_vals += frame->slots[s].size > 0;
        }
        n_slots += frame->n_slots;
    }

    size_t n_frames = cur->depth + 1;
    size_t frames_size = n_frames * sizeof(struct saved_frame);
    size_t vals_size = n_vals * sizeof(struct val);
    size_t slots_size = n_slots * sizeof(struct saved_slot);
    size_t size = sizeof(struct saved) + frames_size + vals_size + slots_size;
    struct saved *saved = okobpf_v_alloc(v, size);
    if (!saved) {
        return NULL;
    }

    saved->size = size;
    saved->insn = cur->insn;
    saved->depth = cur->depth;
    saved->len_min = cur->len_min;
    saved->n_insns = cur->n_insns;
    saved->n_jumps = cur->n_jumps;
    saved->parent = cur->parent;
    saved->work = cur->work;
    memcpy(saved->nest, cur->nest, cur->n_nest * sizeof *cur->nest);
    saved->n_nest = cur->n_nest;
    memcpy(saved->trail, cur->trail, sizeof saved->trail);
    saved->n_trail = cur->n_trail;
    saved->frames = (void *) (saved + 1);
    saved->vals = (void *) ((char *) (saved + 1) + frames_size);
    saved->slots = (void *) ((char *) (saved + 1) + frames_size + vals_size);

    struct val *val = saved->vals;
    struct saved_slot *slot = saved->slots;
    for (uint32_t f = 0; f <= cur->depth; f++) {
        const struct frame *frame = &cur->frames[f];
        struct saved_frame *sf = &saved->frames[f];

        sf->call_insn = frame->call_insn;
        sf->n_slots = frame->n_slots;
        sf->regs = regs[f];
        sf->written = frame->written;
        for (int r = 0; r < 10; r++) {
            if (regs[f] & (1u << r)) {
                *val++ = frame->regs[r];
            }
        }
        for (uint32_t s = 0; s < frame->n_slots; s++) {
            const struct slot *from = &frame->slots[s];

            memcpy(slot->kind, from->kind, sizeof slot->kind);
            slot->start = from->start;
            slot->size = from->size;
            slot++;
            if (from->size) {
                sf->spills |= UINT64_C(1) << s;
                *val++ = from->val;
            }
        }
    }
    v->n_saved++;
    if (v->n_saved > v->peak_saved) {
        v->peak_saved = v->n_saved;
    }
    return saved;
}

void
okobpf_state_restore(struct verifier *v, const struct saved *saved)
{
    struct state *cur = v->cur;
    const struct val *val = saved->vals;
    const struct saved_slot *slot = saved->slots;

    cur->insn = saved->insn;
    cur->depth = saved->depth;
    cur->len_min = saved->len_min;
    cur->n_insns = saved->n_insns;
    cur->n_jumps = saved->n_jumps;
    cur->parent = saved->parent;
    cur->work = saved->work;
    memcpy(cur->nest, saved->nest, saved->n_nest * sizeof *saved->nest);
    cur->n_nest = saved->n_nest;
    memcpy(cur->trail, saved->trail, sizeof cur->trail);
    cur->n_trail = saved->n_trail;
    for (uint32_t f = 0; f <= saved->depth; f++) {
        const struct saved_frame *sf = &saved->frames[f];
        struct frame *frame = &cur->frames[f];

        okobpf_frame_init(frame, f);
        frame->call_insn = sf->call_insn;
        frame->n_slots = sf->n_slots;
        frame->written = sf->written;
        for (int r = 0; r < 10; r++) {
            if (sf->regs & (1u << r)) {
                frame->regs[r] = *val++;
            }
        }
        for (uint32_t s = 0; s < sf->n_slots; s++, slot++) {
            struct slot *to = &frame->slots[s];

            memcpy(to->kind, slot->kind, sizeof to->kind);
            to->start = slot->start;
            to->size = slot->size;
            if (to->size) {
                to->val = *val++;
            }
        }
    }
}

void
okobpf_frame_init(struct frame *frame, uint32_t index)
{
    struct val *r10 = &frame->regs[10];

    memset(frame->regs, 0, sizeof frame->regs);
    frame->n_slots = 0;
    frame->written = UINT64_MAX;
    r10->type = V_STACK;
    r10->frame = index;
    r10->range = RANGE_NONE;
    r10->s = okobpf_scalar_const(0);
}

void
okobpf_saved_free(struct verifier *v, struct saved *saved)
{
    if (saved) {
        v->n_saved--;
        okobpf_v_free(v, saved, saved->size);
    }
}
