/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include <stddef.h>

#include "jit-x86-64/jit.h"

/* Memory, packet and atomic accesses. */

#define ENV_DATA offsetof(struct okobpf_env, ctx.data)
#define ENV_PKT_LEN offsetof(struct okobpf_env, ctx.pkt_len)

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
okobpf_jit_load_imm64(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    uint64_t imm = ((uint64_t) (uint32_t) insn[1].imm << 32
                    | (uint32_t) insn->imm);

    if (bpf_dst(insn) == 10 || insn->offset) {
        return 0;
    }
    x86_mov_imm(&jit->code, okobpf_jit_regs[bpf_dst(insn)], imm);
    return 2;
}

uint32_t
okobpf_jit_load(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    int dst = okobpf_jit_regs[bpf_dst(insn)];
    int src = okobpf_jit_regs[bpf_src(insn)];
    int size = BPF_SIZE(insn->opcode);
    uint32_t n;

    if (bpf_dst(insn) == 10) {
        return 0;
    }
    switch (BPF_MODE(insn->opcode)) {
    case BPF_MEM:
        n = okobpf_jit_gather(jit, i);
        if (n) {
            return n;
        }
        emit_load(c, width_from_size(size), dst, src, insn->offset);
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
okobpf_jit_load_packet(struct jit *jit, uint32_t i)
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
            okobpf_jit_jump(jit, i, CC_ALWAYS, fail, false);
            return 1;
        }
        /* May exceed INT32_MAX, but not UINT32_MAX. */
        x86_alu_ri(c, W32, X86_CMP, R11, (uint32_t) insn->imm + n_bytes);
        okobpf_jit_jump(jit, i, CC_B, fail, false);
        x86_rm(c, W64, X86_OP_LOAD, R10, JIT_ENV, ENV_DATA);
        emit_load(c, w, RAX, R10, insn->imm);
    } else {
        uint32_t inside;

        x86_rm(c, W32, X86_OP_LEA, R10, okobpf_jit_regs[bpf_src(insn)],
               insn->imm);
        x86_alu_rr(c, W64, X86_SUB, R11, R10);
        inside = x86_jump_short(c, CC_AE);
        x86_mov_imm(c, R11, 0);
        x86_patch_short(c, inside);
        x86_alu_ri(c, W64, X86_CMP, R11, n_bytes);
        okobpf_jit_jump(jit, i, CC_B, fail, false);
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
okobpf_jit_store(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    enum x86_width w = width_from_size(BPF_SIZE(insn->opcode));
    int dst = okobpf_jit_regs[bpf_dst(insn)];

    if (BPF_MODE(insn->opcode) != BPF_MEM) {
        return 0;
    }
    if (BPF_CLASS(insn->opcode) == BPF_ST) {
        x86_store_imm(c, w, dst, insn->offset, insn->imm);
    } else {
        x86_rm(c, w, w == W8 ? X86_OP_STORE8 : X86_OP_STORE,
               okobpf_jit_regs[bpf_src(insn)], dst, insn->offset);
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
okobpf_jit_atomic(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    struct x86_code *c = &jit->code;
    enum x86_width w = width_from_size(BPF_SIZE(insn->opcode));
    int src = okobpf_jit_regs[bpf_src(insn)];
    int dst = okobpf_jit_regs[bpf_dst(insn)];
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
#endif /* OKOBPF_HAVE_JIT */
