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

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include <stddef.h>

#include "jit-x86-64.h"
#include "map.h"

/* Memory, packet and atomic accesses, helper calls. */

#define ENV_DATA offsetof(struct okobpf_env, ctx.data)
#define ENV_PKT_LEN offsetof(struct okobpf_env, ctx.pkt_len)
#define ENV_NOW_NS offsetof(struct okobpf_env, ctx.now_ns)
#define ENV_SLOT offsetof(struct okobpf_env, ctx.slot)

static enum x86_width
width_from_size(int size)
{
    return (size == BPF_B ? W8 : size == BPF_H ? W16 : size == BPF_W ? W32
            : W64);
}

/* Emits a load of 'w' bits, zero-extended to 64. */
static void
emit_load(struct x86_code *c, enum x86_width w, int dst, int base,
          int32_t disp)
{
    switch (w) {
    case W8:
        x86_rm(c, W32, X86_OP_MOVZX8, dst, base, disp);
        break;
    case W16:
        x86_rm(c, W32, X86_OP_MOVZX16, dst, base, disp);
        break;
    case W32:
    case W64:
        x86_rm(c, w, X86_OP_LOAD, dst, base, disp);
        break;
    }
}

uint32_t
jit_load_imm64(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    uint64_t imm = ((uint64_t) (uint32_t) insn[1].imm << 32
                    | (uint32_t) insn->imm);

    if (bpf_dst(insn) == 10 || insn->offset) {
        return 0;
    }
    x86_mov_imm(&jit->code, jit_regs[bpf_dst(insn)], imm);
    return 2;
}

/* Returns true if the instruction after 'i' swaps the bytes of the 16-bit
 * number that the load at 'i' gets. */
static bool
swaps_load16(const struct jit *jit, uint32_t i)
{
    const struct bpf_insn *a = &jit->insns[i];
    const struct bpf_insn *b = a + 1;

    return (a->opcode == (BPF_LDX | BPF_MEM | BPF_H)
            && jit_is_sequence(jit, i, 2)
            && (b->opcode == (BPF_ALU | BPF_END | BPF_X)
                || b->opcode == (BPF_ALU64 | BPF_END | BPF_K))
            && bpf_dst(a) == bpf_dst(b) && b->imm == 16 && !b->offset);
}

uint32_t
jit_load(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    int dst = jit_regs[bpf_dst(insn)];
    int src = jit_regs[bpf_src(insn)];
    int size = BPF_SIZE(insn->opcode);

    if (bpf_dst(insn) == 10) {
        return 0;
    }
    switch (BPF_MODE(insn->opcode)) {
    case BPF_MEM:
        emit_load(c, width_from_size(size), dst, src, insn->offset);
        if (swaps_load16(jit, i)) {
            /* The upper bits are 0 already. */
            x86_shift_ri(c, W16, X86_ROL, dst, 8);
            return 2;
        }
        return 1;

    case BPF_MEMSX:
        if (size == BPF_DW) {
            return 0;
        }
        x86_rm(c, W64, size == BPF_B ? X86_OP_MOVSX8
                       : size == BPF_H ? X86_OP_MOVSX16
                       : X86_OP_MOVSXD, dst, src, insn->offset);
        return 1;

    default:
        return 0;
    }
}

/* Legacy packet loads: r0 gets a number in network byte order from the
 * packet, at 'imm', plus the source register in BPF_IND, modulo 2**32.  Ends
 * the program with result 0 if any byte is outside of the packet, which must
 * be less than 2 GiB. */
uint32_t
jit_load_packet(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    enum x86_width w = width_from_size(BPF_SIZE(insn->opcode));
    int n_bytes = w == W8 ? 1 : w == W16 ? 2 : 4;
    uint32_t fail = jit->func->fail;

    if (w == W64) {
        return 0;
    }
    x86_rm(c, W32, X86_OP_LOAD, R11, JIT_ENV, ENV_PKT_LEN);
    if (BPF_MODE(insn->opcode) == BPF_ABS) {
        if (insn->imm < 0) {
            jit_jump(jit, i, CC_ALWAYS, fail, false);
            return 1;
        }
        /* May exceed INT32_MAX, but not UINT32_MAX. */
        x86_alu_ri(c, W32, X86_CMP, R11, (uint32_t) insn->imm + n_bytes);
        jit_jump(jit, i, CC_B, fail, false);
        x86_rm(c, W64, X86_OP_LOAD, R10, JIT_ENV, ENV_DATA);
        emit_load(c, w, RAX, R10, insn->imm);
    } else {
        uint32_t inside;

        x86_rm(c, W32, X86_OP_LEA, R10, jit_regs[bpf_src(insn)], insn->imm);
        x86_alu_rr(c, W64, X86_SUB, R11, R10);
        inside = x86_jump_short(c, CC_AE);
        x86_mov_imm(c, R11, 0);
        x86_patch_short(c, inside);
        x86_alu_ri(c, W64, X86_CMP, R11, n_bytes);
        jit_jump(jit, i, CC_B, fail, false);
        x86_rm(c, W64, x86_alu_opcode(X86_ADD) | 2, R10, JIT_ENV, ENV_DATA);
        emit_load(c, w, RAX, R10, 0);
    }
    if (w == W16) {
        x86_shift_ri(c, W16, X86_ROL, RAX, 8);
    } else if (w == W32) {
        x86_bswap(c, W32, RAX);
    }
    return 1;
}

uint32_t
jit_store(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    enum x86_width w = width_from_size(BPF_SIZE(insn->opcode));
    int dst = jit_regs[bpf_dst(insn)];

    if (BPF_MODE(insn->opcode) != BPF_MEM) {
        return 0;
    }
    if (BPF_CLASS(insn->opcode) == BPF_ST) {
        x86_store_imm(c, w, dst, insn->offset, insn->imm);
    } else {
        x86_rm(c, w, w == W8 ? X86_OP_STORE8 : X86_OP_STORE,
               jit_regs[bpf_src(insn)], dst, insn->offset);
    }
    return 1;
}

/* Atomic operations. */

/* Emits the operations that the machine has no fetching form of, as a loop
 * around CMPXCHG, which takes the old value in RAX. */
static void
emit_fetch_loop(struct x86_code *c, enum x86_width w, enum x86_alu alu,
                int src, int base, int32_t disp)
{
    int operand = src == RAX ? R11 : src;
    int address = base == RAX ? R11 : base;
    uint32_t loop;

    x86_mov(c, W64, R11, RAX);
    x86_rm(c, w, X86_OP_LOAD, RAX, address, disp);
    loop = c->len;
    x86_mov(c, w, R10, RAX);
    x86_alu_rr(c, w, alu, R10, operand);
    x86_lock_rm(c, w, X86_OP_CMPXCHG, R10, address, disp);
    x86_byte(c, 0x70 | CC_NE);
    x86_byte(c, loop - (c->len + 1));
    if (src != RAX) {
        x86_mov(c, w, src, RAX);
        x86_mov(c, W64, RAX, R11);
    }
}

uint32_t
jit_atomic(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    enum x86_width w = width_from_size(BPF_SIZE(insn->opcode));
    int src = jit_regs[bpf_src(insn)];
    int dst = jit_regs[bpf_dst(insn)];
    bool fetch = (insn->imm & BPF_FETCH) != 0;
    enum x86_alu alu;

    if (w != W32 && w != W64) {
        return 0;
    }
    if (fetch && insn->imm != BPF_CMPXCHG && bpf_src(insn) == 10) {
        return 0;
    }

    switch (insn->imm) {
    case BPF_ADD:
        alu = X86_ADD;
        break;
    case BPF_OR:
    case BPF_OR | BPF_FETCH:
        alu = X86_OR;
        break;
    case BPF_AND:
    case BPF_AND | BPF_FETCH:
        alu = X86_AND;
        break;
    case BPF_XOR:
    case BPF_XOR | BPF_FETCH:
        alu = X86_XOR;
        break;

    case BPF_ADD | BPF_FETCH:
        x86_lock_rm(c, w, X86_OP_XADD, src, dst, insn->offset);
        return 1;

    case BPF_XCHG:
        /* Locks without a prefix. */
        x86_rm(c, w, X86_OP_XCHG, src, dst, insn->offset);
        return 1;

    case BPF_CMPXCHG:
        x86_lock_rm(c, w, X86_OP_CMPXCHG, src, dst, insn->offset);
        if (w == W32) {
            /* On success, the machine leaves all of RAX alone. */
            x86_mov(c, W32, RAX, RAX);
        }
        return 1;

    default:
        return 0;
    }

    if (fetch) {
        emit_fetch_loop(c, w, alu, src, dst, insn->offset);
    } else {
        x86_lock_rm(c, w, x86_alu_opcode(alu), src, dst, insn->offset);
    }
    return 1;
}

/* Helper calls. */

/* Returns true if the next instruction goes elsewhere for a null r0 and both
 * may be translated as one. */
static bool
null_check_follows(const struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i + 1];

    return (jit_is_sequence(jit, i, 2)
            && insn->opcode == (BPF_JMP | BPF_JEQ | BPF_K)
            && !bpf_dst(insn) && !insn->imm);
}

/* Emits the lookup of the key at r2 in 'array'. */
static uint32_t
emit_array_lookup(struct jit *jit, uint32_t i, const struct map_array *array)
{
    struct x86_code *c = &jit->code;
    uint64_t stride = array->stride;
    bool fused = null_check_follows(jit, i);
    uint32_t out_of_range = 0;

    x86_rm(c, W32, X86_OP_LOAD, R10, RSI, 0);
    x86_mov_imm(c, RAX, 0);
    x86_alu_ri(c, W32, X86_CMP, R10, array->up.info.max_entries);
    if (fused) {
        int64_t target = jit_jump_target(jit->insns, i + 1);

        jit_jump(jit, i, CC_AE, jit->offsets[target], target <= i);
    } else {
        out_of_range = x86_jump_short(c, CC_AE);
    }

    x86_mov_imm(c, RAX, (uintptr_t) array->values);
    if (stride == 8) {
        x86_lea_index(c, W64, RAX, RAX, R10, 3);
    } else {
        if (stride & (stride - 1)) {
            x86_imul_imm(c, W64, R10, R10, stride);
        } else {
            x86_shift_ri(c, W64, X86_SHL, R10, __builtin_ctzll(stride));
        }
        x86_alu_rr(c, W64, X86_ADD, RAX, R10);
    }

    if (!fused) {
        x86_patch_short(c, out_of_range);
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

bool
jit_inlines_lookup(const struct jit *jit, uint32_t i)
{
    const struct okobpf_map *map = jit->maps[i];

    if (jit->insns[i].imm == HELPER_MAP_LOOKUP
        && map && map->ops == &map_array_ops) {
        /* 'up' is its first member. */
        const struct map_array *array = (const struct map_array *) map;

        return array->stride && array->stride <= INT32_MAX;
    }
    return false;
}

static uint32_t
call_lookup(struct jit *jit, uint32_t i)
{
    const struct okobpf_map *map = jit->maps[i];

    if (jit_inlines_lookup(jit, i)) {
        return emit_array_lookup(jit, i, (const struct map_array *) map);
    }

    /* What the helper would do. */
    x86_rm(&jit->code, W32, X86_OP_LOAD, RDX, JIT_ENV, ENV_SLOT);
    return emit_call(jit, (uintptr_t) map->ops->lookup);
}

uint32_t
jit_call_helper(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    const struct okobpf_map *map = jit->maps[i];
    struct x86_code *c = &jit->code;

    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !helpers[insn->imm].function) {
        return 0;
    }

    switch (insn->imm) {
    case HELPER_MAP_LOOKUP:
        if (map && map->ops->lookup) {
            return call_lookup(jit, i);
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
    return emit_call(jit, (uintptr_t) helpers[insn->imm].function);
}
#endif /* OKOBPF_HAVE_JIT */
