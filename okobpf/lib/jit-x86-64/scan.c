/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include <stdlib.h>
#include <string.h>

#include "jit-x86-64/jit.h"
#include "mem.h"

/* Limit of the JIT, far above those of the loader: keeps offsets in the code
 * well within 32 bits. */
#define MAX_INSNS (1u << 20)

static bool
is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool
is_jump(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);

    return ((class == BPF_JMP || class == BPF_JMP32)
            && op != BPF_CALL && op != BPF_EXIT);
}

static bool
is_call(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_JMP | BPF_CALL);
}

static bool
is_local_call(const struct bpf_insn *insn)
{
    return is_call(insn) && bpf_src(insn) == BPF_CALL_LOCAL;
}

static bool
is_packet_load(const struct bpf_insn *insn)
{
    int mode = BPF_MODE(insn->opcode);

    return (BPF_CLASS(insn->opcode) == BPF_LD
            && (mode == BPF_ABS || mode == BPF_IND));
}

/* Returns true if control never goes from 'insn' to the one after it. */
static bool
ends_block(const struct bpf_insn *insn)
{
    return (insn->opcode == (BPF_JMP | BPF_EXIT)
            || insn->opcode == (BPF_JMP | BPF_JA)
            || insn->opcode == (BPF_JMP32 | BPF_JA));
}

/* Marks second slots and the targets of jumps and calls. */
static bool
mark_insns(struct jit *jit)
{
    jit->flags[0] |= INSN_FUNC;
    for (uint32_t i = 0; i < jit->n_insns; i++) {
        if (is_wide(&jit->insns[i])) {
            if (i + 1 >= jit->n_insns) {
                return false;
            }
            jit->flags[++i] |= INSN_SECOND;
        }
    }

    for (uint32_t i = 0; i < jit->n_insns; i++) {
        const struct bpf_insn *insn = &jit->insns[i];
        bool local_call = is_local_call(insn);

        if (jit->flags[i] & INSN_SECOND) {
            continue;
        }
        if (bpf_dst(insn) >= BPF_N_REGS || bpf_src(insn) >= BPF_N_REGS) {
            return false;
        }
        if (local_call || is_jump(insn)) {
            int64_t target = jit_jump_target(jit->insns, i);

            if (target < 0 || target >= jit->n_insns
                || jit->flags[target] & INSN_SECOND) {
                return false;
            }
            jit->flags[target] |= local_call ? INSN_FUNC : INSN_TARGET;
        }
    }
    return true;
}

/* Divides the program at the targets of local calls. */
static bool
find_funcs(struct jit *jit)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < jit->n_insns; i++) {
        n += (jit->flags[i] & INSN_FUNC) != 0;
    }

    jit->funcs = okobpf_mem_alloc(n, sizeof *jit->funcs);
    if (!jit->funcs) {
        return false;
    }
    jit->n_funcs = n;

    n = 0;
    for (uint32_t i = 0; i < jit->n_insns; i++) {
        if (jit->flags[i] & INSN_FUNC) {
            jit->funcs[n++].first = i;
        }
        jit->funcs[n - 1].end = i + 1;
    }
    return true;
}

/* Collects what the function's frame depends on, and checks that control
 * leaves it by an exit only. */
static bool
scan_func(struct jit *jit, struct jit_func *func)
{
    uint32_t last = func->first;

    for (uint32_t i = func->first; i < func->end; i++) {
        const struct bpf_insn *insn = &jit->insns[i];

        if (jit->flags[i] & INSN_SECOND) {
            continue;
        }
        last = i;
        func->regs |= 1u << bpf_dst(insn) | 1u << bpf_src(insn);
        if (is_packet_load(insn)) {
            /* One that fails ends the program, not the function. */
            if (func != jit->funcs) {
                return false;
            }
            func->has_fail = true;
            jit->uses_env = true;
        } else if (is_jump(insn)) {
            int64_t target = jit_jump_target(jit->insns, i);

            if (target < func->first || target >= func->end) {
                return false;
            }
        }
    }
    return ends_block(&jit->insns[last]);
}

static struct jit_func *
find_func(struct jit *jit, uint32_t first)
{
    uint32_t low = 0;
    uint32_t high = jit->n_funcs;

    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;

        if (jit->funcs[mid].first <= first) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return &jit->funcs[low];
}

/* Checks that calls don't nest deeper than BPF_MAX_FRAMES, which bounds the
 * machine's stack.  Recursion counts as infinitely deep. */
static bool
check_depth(struct jit *jit)
{
    bool changed = true;

    for (uint32_t i = 0; i < jit->n_funcs; i++) {
        jit->funcs[i].depth = 1;
    }
    while (changed) {
        changed = false;
        for (struct jit_func *caller = jit->funcs;
             caller < &jit->funcs[jit->n_funcs]; caller++) {
            for (uint32_t i = caller->first; i < caller->end; i++) {
                struct jit_func *callee;

                if (jit->flags[i] & INSN_SECOND
                    || !is_local_call(&jit->insns[i])) {
                    continue;
                }
                callee = find_func(jit, jit_jump_target(jit->insns, i));
                if (callee->depth <= caller->depth) {
                    callee->depth = caller->depth + 1;
                    if (callee->depth > BPF_MAX_FRAMES) {
                        return false;
                    }
                    changed = true;
                }
            }
        }
    }
    return true;
}

/* Returns true if 'insn' may change register 'reg'. */
static bool
may_write(const struct bpf_insn *insn, int reg)
{
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
    case BPF_LDX:
        return bpf_dst(insn) == reg;

    case BPF_LD:
        return is_wide(insn) ? bpf_dst(insn) == reg : reg <= 5;

    case BPF_STX:
        return (BPF_MODE(insn->opcode) == BPF_ATOMIC
                && (bpf_src(insn) == reg || !reg));

    case BPF_JMP:
        return is_call(insn) && reg <= 5;

    default:
        return false;
    }
}

/* Finds calls that have a map in r1 whichever way control reaches them, by
 * following immediate loads and moves through straight-line code. */
static void
find_maps(struct jit *jit, const struct okobpf_prog *prog)
{
    struct okobpf_map *held[BPF_N_REGS] = { NULL };

    for (uint32_t i = 0; i < jit->n_insns; i++) {
        const struct bpf_insn *insn = &jit->insns[i];
        struct okobpf_map *map = NULL;

        if (jit->flags[i] & INSN_SECOND) {
            continue;
        }
        if (jit->flags[i] & (INSN_TARGET | INSN_FUNC)) {
            for (int reg = 0; reg < BPF_N_REGS; reg++) {
                held[reg] = NULL;
            }
        }

        if (is_call(insn) && !is_local_call(insn)) {
            jit->maps[i] = held[1];
        } else if (insn->opcode == (BPF_ALU64 | BPF_MOV | BPF_X)
                   && !insn->offset) {
            map = held[bpf_src(insn)];
        } else if (is_wide(insn)) {
            uint64_t imm = ((uint64_t) (uint32_t) insn[1].imm << 32
                            | (uint32_t) insn->imm);

            for (size_t j = 0; j < prog->n_maps && j < OKOBPF_MAX_MAPS; j++) {
                if (imm == (uintptr_t) prog->maps[j]) {
                    map = prog->maps[j];
                }
            }
        }

        for (int reg = 0; reg < BPF_N_REGS; reg++) {
            if (may_write(insn, reg)) {
                held[reg] = NULL;
            }
        }
        if (map) {
            held[bpf_dst(insn)] = map;
        }
    }
}

/* Notes which functions have code that calls something. */
static void
find_calls(struct jit *jit)
{
    for (struct jit_func *func = jit->funcs;
         func < &jit->funcs[jit->n_funcs]; func++) {
        for (uint32_t i = func->first; i < func->end; i++) {
            const struct bpf_insn *insn = &jit->insns[i];

            if (jit->flags[i] & INSN_SECOND || !is_call(insn)) {
                continue;
            } else if (is_local_call(insn)) {
                func->calls = true;
            } else {
                unsigned int needs = okobpf_jit_helper_needs(jit, i);

                func->calls |= (needs & JIT_NEEDS_CALL) != 0;
                jit->calls_helpers |= (needs & JIT_NEEDS_CALL) != 0;
                jit->uses_env |= (needs & JIT_NEEDS_ENV) != 0;
            }
        }
    }
}

/* Liveness. */

/* After so many passes, liveness is not worth its time. */
#define MAX_LIVE_PASSES 8

/* Returns the registers that 'insn' reads, as bits.  Programs that the
 * verifier has not seen may pass any of them to a function and r0 to r5 back,
 * as in the interpreter. */
static uint32_t
regs_read(const struct bpf_insn *insn, bool is_main)
{
    uint32_t dst = 1u << bpf_dst(insn);
    uint32_t src = 1u << bpf_src(insn);

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        if (BPF_OP(insn->opcode) == BPF_MOV) {
            dst = 0;
        }
        return BPF_SOURCE(insn->opcode) == BPF_X ? dst | src : dst;

    case BPF_LDX:
    case BPF_LD:
        return src;

    case BPF_JMP:
        if (is_call(insn)) {
            return is_local_call(insn) ? UINT16_MAX : 0x3e;
        } else if (BPF_OP(insn->opcode) == BPF_EXIT) {
            return is_main ? 0x1 : 0x3f;
        }
        return dst | src;

    default:
        /* Atomic operations may use r0. */
        return dst | src | 1;
    }
}

/* Returns the registers that 'insn' surely overwrites, as bits. */
static uint32_t
regs_written(const struct bpf_insn *insn)
{
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
    case BPF_LDX:
        return 1u << bpf_dst(insn);
    case BPF_LD:
        return is_wide(insn) ? 1u << bpf_dst(insn) : 1;
    case BPF_JMP:
        return is_call(insn) && !is_local_call(insn) ? 1 : 0;
    default:
        return 0;
    }
}

/* Fills in 'jit->live', from the end to the beginning until nothing changes,
 * or as if all registers were live if that takes long. */
static void
find_live(struct jit *jit)
{
    bool changed = true;

    for (int pass = 0; changed; pass++) {
        const struct jit_func *func = &jit->funcs[jit->n_funcs - 1];

        if (pass >= MAX_LIVE_PASSES) {
            memset(jit->live, 0xff, jit->n_insns * sizeof *jit->live);
            return;
        }
        changed = false;
        for (int64_t i = (int64_t) jit->n_insns - 1; i >= 0; i--) {
            const struct bpf_insn *insn = &jit->insns[i];
            uint32_t live = 0;

            if (i < func->first) {
                func--;
            }
            if (jit->flags[i] & INSN_SECOND) {
                jit->live[i] = i + 1 < jit->n_insns ? jit->live[i + 1] : 0;
                continue;
            }
            if (!ends_block(insn) && i + 1 < jit->n_insns) {
                live = jit->live[i + 1];
            }
            if (is_jump(insn)) {
                live |= jit->live[jit_jump_target(jit->insns, i)];
            }
            live = ((live & ~regs_written(insn))
                    | regs_read(insn, func == jit->funcs));
            changed |= live != jit->live[i];
            jit->live[i] = live;
        }
    }
}

const char *
okobpf_jit_scan(struct jit *jit, const struct okobpf_prog *prog)
{
    uint32_t n = prog->image.n_insns;

    if (!n || n > MAX_INSNS) {
        return "the program is empty or has more than 1,048,576 instructions";
    }
    jit->insns = prog->code;
    jit->n_insns = n;
    jit->flags = okobpf_mem_alloc(n, sizeof *jit->flags);
    jit->maps = okobpf_mem_alloc(n, sizeof *jit->maps);
    jit->live = okobpf_mem_alloc(n, sizeof *jit->live);
    jit->offsets = okobpf_mem_alloc((uint64_t) n + 1, sizeof *jit->offsets);
    if (!jit->flags || !jit->maps || !jit->live || !jit->offsets) {
        return "out of memory";
    }
    if (!mark_insns(jit)) {
        return "the program jumps to where no instruction is";
    }
    if (!find_funcs(jit)) {
        return "out of memory";
    }
    for (uint32_t i = 0; i < jit->n_funcs; i++) {
        if (!scan_func(jit, &jit->funcs[i])) {
            return "the program's functions are not apart from each other";
        }
    }
    if (!check_depth(jit)) {
        return "the program's calls nest too deeply";
    }
    find_maps(jit, prog);
    find_calls(jit);
    find_live(jit);
    return NULL;
}

bool
okobpf_jit_is_sequence(const struct jit *jit, uint32_t i, uint32_t n)
{
    if (n > jit->n_insns - i) {
        return false;
    }
    for (uint32_t j = i + 1; j < i + n; j++) {
        if (jit->flags[j] & (INSN_TARGET | INSN_FUNC | INSN_SECOND)) {
            return false;
        }
    }
    return true;
}
#endif /* OKOBPF_HAVE_JIT */
