/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include <stddef.h>

#include "jit-x86-64/jit.h"
#include "maps/map.h"

/* Helper calls, and what takes the place of some. */

#define ENV_NOW_NS offsetof(struct okobpf_env, ctx.now_ns)
#define ENV_SLOT offsetof(struct okobpf_env, ctx.slot)

/* Returns the array in which the helper call at 'i' looks up a value, if the
 * JIT can do that in line, else NULL. */
static const struct map_array *
inlined_array(const struct jit *jit, uint32_t i)
{
    const struct okobpf_map *map = jit->maps[i];
    const struct map_array *array = (const struct map_array *) map;

    /* 'up' is the first member of a 'struct map_array'. */
    return (jit->insns[i].imm == HELPER_MAP_LOOKUP && map
            && (map->ops == &okobpf_map_array_ops
                || map->ops == &okobpf_map_percpu_array_ops)
            && array->stride && array->stride <= INT32_MAX
            && array->slot_stride <= INT32_MAX ? array : NULL);
}

unsigned int
okobpf_jit_helper_needs(const struct jit *jit, uint32_t i)
{
    const struct map_array *array = inlined_array(jit, i);

    if (array) {
        return array->up.ops == &okobpf_map_percpu_array_ops ? JIT_NEEDS_ENV
                                                             : 0;
    }
    switch (jit->insns[i].imm) {
    case HELPER_TIME_GET_NS:
    case HELPER_GET_SLOT:
        return JIT_NEEDS_ENV;
    default:
        return JIT_NEEDS_ENV | JIT_NEEDS_CALL;
    }
}

/* Returns true if the next instruction goes elsewhere for a null r0 and both
 * may be translated as one. */
static bool
null_check_follows(const struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i + 1];

    return (okobpf_jit_is_sequence(jit, i, 2)
            && insn->opcode == (BPF_JMP | BPF_JEQ | BPF_K)
            && !bpf_dst(insn) && !insn->imm);
}

/* Emits 'reg' *= 'factor', which must be at most INT32_MAX. */
static void
emit_multiply(struct x86_code *c, int reg, uint64_t factor)
{
    if (factor & (factor - 1)) {
        x86_imul_imm(c, W64, reg, reg, factor);
    } else {
        x86_shift_ri(c, W64, X86_SHL, reg, __builtin_ctzll(factor));
    }
}

/* Emits the lookup of the key at r2 in 'array'. */
static uint32_t
emit_array_lookup(struct jit *jit, uint32_t i, const struct map_array *array)
{
    struct x86_code *c = &jit->code;
    bool fused = null_check_follows(jit, i);
    int64_t target = fused ? jit_jump_target(jit->insns, i + 1) : 0;
    bool percpu = array->up.ops == &okobpf_map_percpu_array_ops;
    uint32_t out_of_range[2];
    int n_out_of_range = 0;

    x86_rm(c, W32, X86_OP_LOAD, R10, RSI, 0);
    x86_mov_imm(c, RAX, 0);
    x86_alu_ri(c, W32, X86_CMP, R10, array->up.info.max_entries);
    if (fused) {
        okobpf_jit_jump(jit, i, CC_AE, jit->offsets[target], target <= i);
    } else {
        out_of_range[n_out_of_range++] = x86_jump_short(c, CC_AE);
    }
    if (percpu) {
        x86_rm(c, W32, X86_OP_LOAD, R11, JIT_ENV, ENV_SLOT);
        x86_alu_ri(c, W32, X86_CMP, R11, array->up.n_slots);
        if (fused) {
            /* As the jump of the null check, which has its own length. */
            okobpf_jit_jump(jit, i + 1, CC_AE, jit->offsets[target],
                            target <= i);
        } else {
            out_of_range[n_out_of_range++] = x86_jump_short(c, CC_AE);
        }
    }

    x86_mov_imm(c, RAX, (uintptr_t) array->values);
    if (percpu) {
        emit_multiply(c, R11, array->slot_stride);
        x86_alu_rr(c, W64, X86_ADD, RAX, R11);
    }
    if (array->stride == 8) {
        x86_lea_index(c, W64, RAX, RAX, R10, 3);
    } else {
        emit_multiply(c, R10, array->stride);
        x86_alu_rr(c, W64, X86_ADD, RAX, R10);
    }

    while (n_out_of_range > 0) {
        x86_patch_short(c, out_of_range[--n_out_of_range]);
    }
    return fused ? 2 : 1;
}

/* Emits a call to 'function'.  Returns false if it is out of reach. */
static bool
emit_call(struct jit *jit, uintptr_t function)
{
    struct x86_code *c = &jit->code;

    if (jit->near) {
        int64_t disp = function - (jit->base + c->len + 5);

        x86_byte(c, 0xe8);
        x86_bytes(c, disp, 4);
        return x86_fits_s32(disp);
    }
    x86_mov_imm(c, RAX, function);
    x86_byte(c, 0xff);
    x86_modrm_reg(c, 2, RAX);
    return true;
}

uint32_t
okobpf_jit_call_helper(struct jit *jit, uint32_t i)
{
    const struct map_array *array = inlined_array(jit, i);
    const struct bpf_insn *insn = &jit->insns[i];
    const struct okobpf_map *map = jit->maps[i];
    struct x86_code *c = &jit->code;

    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !okobpf_helpers[insn->imm].function) {
        return 0;
    }

    switch (insn->imm) {
    case HELPER_MAP_LOOKUP:
        if (array) {
            return emit_array_lookup(jit, i, array);
        }
        if (map && map->ops->lookup) {
            /* What the helper would do. */
            x86_rm(c, W32, X86_OP_LOAD, RDX, JIT_ENV, ENV_SLOT);
            return emit_call(jit, (uintptr_t) map->ops->lookup);
        }
        break;

    case HELPER_TIME_GET_NS:
        x86_rm(c, W64, X86_OP_LOAD, RAX, JIT_ENV, ENV_NOW_NS);
        return 1;

    case HELPER_GET_SLOT:
        x86_rm(c, W32, X86_OP_LOAD, RAX, JIT_ENV, ENV_SLOT);
        return 1;

    default:
        break;
    }
    x86_mov(c, W64, R9, JIT_ENV);
    return emit_call(jit, (uintptr_t) okobpf_helpers[insn->imm].function);
}
#endif /* OKOBPF_HAVE_JIT */
