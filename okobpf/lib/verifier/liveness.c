/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Which registers are read later. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

/* Returns the registers that a call reads, as a bit map. */
static uint16_t
helper_reads(const struct bpf_insn *insn)
{
    uint16_t regs = 0;

    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !okobpf_helpers[insn->imm].function) {
        return 0;
    }
    for (int i = 0; i < MAX_HELPER_ARGS; i++) {
        switch (okobpf_helpers[insn->imm].args[i]) {
        case ARG_NONE:
            break;
        case ARG_FMT:
            /* Any of those that follow may be read. */
            return 0x3e & ~((1u << (i + 1)) - 1);
        case ARG_ANY:
        case ARG_MAP:
        case ARG_MAP_KEY:
        case ARG_MAP_VALUE:
        case ARG_MAP_ITEM:
        case ARG_MEM:
        case ARG_MAP_EVENT:
        case ARG_MEM_OR_NULL:
        case ARG_MEM_WRITE:
        case ARG_SIZE:
            regs |= 1u << (i + 1);
            break;
        }
    }
    return regs;
}

/* Returns the registers that are read at or after the instruction 'index',
 * given those that are on each way on. */
static uint16_t
live_before(const struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    struct ways ways = okobpf_ways_from(v, index, false);
    uint16_t dst = 1u << bpf_dst(insn);
    uint16_t src = 1u << bpf_src(insn);
    uint16_t live = 0;

    for (int w = 0; w < ways.n; w++) {
        live |= v->info[ways.to[w]].live;
    }

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        if (BPF_OP(insn->opcode) == BPF_MOV) {
            live &= ~dst;
        } else {
            live |= dst;
        }
        /* Bit 3 of a byte swap doesn't name a register. */
        return (BPF_SOURCE(insn->opcode) == BPF_X
                && BPF_OP(insn->opcode) != BPF_END ? live | src : live);

    case BPF_JMP:
    case BPF_JMP32:
        switch (BPF_OP(insn->opcode)) {
        case BPF_JA:
            return live;
        case BPF_EXIT:
            return 1u << 0;
        case BPF_CALL:
            live &= ~0x3f;
            return live | (bpf_src(insn) == BPF_CALL_LOCAL
                           ? v->info[index + 1 + insn->imm].live & 0x3e
                           : helper_reads(insn));
        default:
            return live | dst | (BPF_SOURCE(insn->opcode) == BPF_X ? src : 0);
        }

    case BPF_LD:
        if (BPF_MODE(insn->opcode) == BPF_IMM) {
            return live & ~dst;
        }
        live = (live & ~0x3f) | 1u << 6;
        return BPF_MODE(insn->opcode) == BPF_IND ? live | src : live;

    case BPF_LDX:
        return (live & ~dst) | src;

    case BPF_ST:
        return live | dst;

    default:
        /* BPF_STX.  BPF_CMPXCHG reads r0. */
        live |= dst | src;
        return (BPF_MODE(insn->opcode) == BPF_ATOMIC
                && insn->imm == BPF_CMPXCHG ? live | 1u << 0 : live);
    }
}

/* Fills in 'live', going backward from each change to the instructions before
 * it until nothing changes any more. */
bool
okobpf_find_live(struct verifier *v)
{
    uint32_t n = v->n_insns;
    size_t size = ((size_t) n * 6 + 2) * sizeof(uint32_t);

    /* The instructions from which one can get to 'i' are from[first[i]]
     * up to, but excluding, from[first[i + 1]]: at most 3 'n' in all. */
    uint32_t *first = okobpf_v_alloc(v, size);
    if (!first) {
        return false;
    }
    uint32_t *from = first + n + 1;
    uint32_t *todo = from + (size_t) n * 3;
    uint32_t n_todo = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < n; i++) {
            if (v->info[i].second) {
                continue;
            }
            struct ways ways = okobpf_ways_from(v, i, true);
            for (int w = 0; w < ways.n; w++) {
                if (!pass) {
                    first[ways.to[w]]++;
                } else {
                    from[--first[ways.to[w]]] = i;
                }
            }
        }
        if (!pass) {
            for (uint32_t i = 1; i <= n; i++) {
                first[i] += first[i - 1];
            }
        }
    }

    /* 'todo' holds each instruction at most once: a stack, on which all are at
     * first, with the last at the top. */
    bool *queued = okobpf_v_alloc(v, n);
    if (!queued) {
        okobpf_v_free(v, first, size);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!v->info[i].second) {
            todo[n_todo++] = i;
            queued[i] = true;
        }
    }
    while (n_todo) {
        uint32_t i = todo[--n_todo];
        uint16_t live = live_before(v, i);

        queued[i] = false;
        if (live == v->info[i].live) {
            continue;
        }
        v->info[i].live = live;
        for (uint32_t j = first[i]; j < first[i + 1]; j++) {
            if (!queued[from[j]]) {
                todo[n_todo++] = from[j];
                queued[from[j]] = true;
            }
        }
    }
    okobpf_v_free(v, queued, n);
    okobpf_v_free(v, first, size);
    return true;
}
