/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include "jit-x86-64/jit.h"

/* Arithmetic, without division. */

static enum x86_shift
shift_from_op(int op)
{
    return op == BPF_LSH ? X86_SHL : op == BPF_RSH ? X86_SHR : X86_SAR;
}

static void
emit_shift_reg(struct jit *jit, enum x86_width w, enum x86_shift shift,
               int dst, int count)
{
    struct x86_code *c = &jit->code;

    if (jit->features & JIT_BMI2) {
        x86_shiftx(c, w, shift, dst, dst, count);
    } else if (count == RCX && dst != RCX) {
        x86_shift_cl(c, w, shift, dst);
    } else {
        int work = dst == RCX ? R11 : dst;

        x86_mov(c, W64, R11, RCX);
        if (count != RCX) {
            x86_mov(c, W32, RCX, count);
        }
        x86_shift_cl(c, w, shift, work);
        x86_mov(c, W64, RCX, R11);
    }
}

static void
emit_shift_imm(struct x86_code *c, enum x86_width w, enum x86_shift shift,
               int dst, int32_t imm)
{
    int count = imm & (w == W64 ? 63 : 31);

    if (count) {
        x86_shift_ri(c, w, shift, dst, count);
    } else {
        jit_zero_extend(c, w, dst);
    }
}

static void
emit_and_imm(struct x86_code *c, enum x86_width w, int dst, int32_t imm)
{
    if (imm == UINT8_MAX) {
        x86_rr(c, W32, X86_OP_MOVZX8, dst, dst);
    } else if (imm == UINT16_MAX) {
        x86_rr(c, W32, X86_OP_MOVZX16, dst, dst);
    } else {
        /* The 32-bit form clears the upper half, as a nonnegative mask does,
         * and is shorter. */
        x86_alu_ri(c, imm >= 0 ? W32 : w, X86_AND, dst, imm);
    }
}

static bool
emit_mov_reg(struct x86_code *c, enum x86_width w, int dst, int src,
             int16_t bits)
{
    switch (bits) {
    case 0:
        if (w == W32 || dst != src) {
            x86_mov(c, w, dst, src);
        }
        return true;

    case 8:
        x86_rr(c, w, X86_OP_MOVSX8, dst, src);
        return true;

    case 16:
        x86_rr(c, w, X86_OP_MOVSX16, dst, src);
        return true;

    case 32:
        if (w == W64) {
            x86_rr(c, w, X86_OP_MOVSXD, dst, src);
            return true;
        }
        return false;

    default:
        return false;
    }
}

/* Emits a conversion of 'dst' to 'bits', with the bytes swapped if 'swap'. */
static bool
emit_end(struct x86_code *c, int dst, bool swap, int32_t bits)
{
    switch (bits) {
    case 16:
        if (swap) {
            x86_bswap(c, W32, dst);
            x86_shift_ri(c, W32, X86_SHR, dst, 16);
        } else {
            x86_rr(c, W32, X86_OP_MOVZX16, dst, dst);
        }
        return true;

    case 32:
        if (swap) {
            x86_bswap(c, W32, dst);
        } else {
            x86_mov(c, W32, dst, dst);
        }
        return true;

    case 64:
        if (swap) {
            x86_bswap(c, W64, dst);
        }
        return true;

    default:
        return false;
    }
}

/* Instructions that follow a move to the same register and that the machine
 * has with three operands: 'dst' = 'src' op operand of 'insn'.  Returns false
 * if 'insn' is none of them. */
static bool
emit_three_operands(struct jit *jit, enum x86_width w, int dst, int src,
                    const struct bpf_insn *insn)
{
    struct x86_code *c = &jit->code;
    int op = BPF_OP(insn->opcode);

    if (BPF_SOURCE(insn->opcode) == BPF_X) {
        int src2 = bpf_src(insn);
        int operand = src2 == bpf_dst(insn) ? src : okobpf_jit_regs[src2];

        if (op == BPF_ADD) {
            x86_lea_index(c, w, dst, src, operand, 0);
            return true;
        } else if ((op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
                   && jit->features & JIT_BMI2) {
            x86_shiftx(c, w, shift_from_op(op), dst, src, operand);
            return true;
        }
    } else if (op == BPF_ADD) {
        x86_rm(c, w, X86_OP_LEA, dst, src, insn->imm);
        return true;
    } else if (op == BPF_SUB && insn->imm != INT32_MIN) {
        x86_rm(c, w, X86_OP_LEA, dst, src, -insn->imm);
        return true;
    } else if (op == BPF_MUL) {
        x86_imul_imm(c, w, dst, src, insn->imm);
        return true;
    } else if (op == BPF_AND && insn->imm == UINT8_MAX) {
        x86_rr(c, W32, X86_OP_MOVZX8, dst, src);
        return true;
    } else if (op == BPF_AND && insn->imm == UINT16_MAX) {
        x86_rr(c, W32, X86_OP_MOVZX16, dst, src);
        return true;
    }
    return false;
}

/* A shift left by 32, 48 or 56 and back right extends a smaller number: what
 * compilers write for lack of 32-bit instructions.  'insn' is the second
 * shift; returns false if the pair is no such thing. */
static bool
emit_extend(struct x86_code *c, int dst, int32_t count,
            const struct bpf_insn *insn)
{
    bool is_signed = BPF_OP(insn->opcode) == BPF_ARSH;

    if (insn->imm != count) {
        return false;
    }
    switch (count) {
    case 32:
        if (is_signed) {
            x86_rr(c, W64, X86_OP_MOVSXD, dst, dst);
        } else {
            x86_mov(c, W32, dst, dst);
        }
        return true;

    case 48:
        x86_rr(c, is_signed ? W64 : W32,
               is_signed ? X86_OP_MOVSX16 : X86_OP_MOVZX16, dst, dst);
        return true;

    case 56:
        x86_rr(c, is_signed ? W64 : W32,
               is_signed ? X86_OP_MOVSX8 : X86_OP_MOVZX8, dst, dst);
        return true;

    default:
        return false;
    }
}

/* Emits instructions 'i' and 'i + 1' as one machine instruction if it can. */
static bool
emit_pair(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *a = &jit->insns[i];
    const struct bpf_insn *b = a + 1;
    enum x86_width w = BPF_CLASS(a->opcode) == BPF_ALU64 ? W64 : W32;
    int dst = okobpf_jit_regs[bpf_dst(a)];

    if (!okobpf_jit_is_sequence(jit, i, 2) || bpf_dst(a) != bpf_dst(b)
        || b->offset) {
        return false;
    }
    if (BPF_CLASS(a->opcode) == BPF_CLASS(b->opcode)
        && BPF_OP(a->opcode) == BPF_MOV
        && BPF_SOURCE(a->opcode) == BPF_X && !a->offset) {
        return emit_three_operands(jit, w, dst, okobpf_jit_regs[bpf_src(a)],
                                   b);
    }
    if (a->opcode == (BPF_ALU64 | BPF_LSH | BPF_K)
        && (b->opcode == (BPF_ALU64 | BPF_RSH | BPF_K)
            || b->opcode == (BPF_ALU64 | BPF_ARSH | BPF_K))) {
        return emit_extend(&jit->code, dst, a->imm, b);
    }
    return false;
}

static bool
emit_alu_reg(struct jit *jit, enum x86_width w, const struct bpf_insn *insn)
{
    struct x86_code *c = &jit->code;
    int dst = okobpf_jit_regs[bpf_dst(insn)];
    int src = okobpf_jit_regs[bpf_src(insn)];
    int op = BPF_OP(insn->opcode);

    switch (op) {
    case BPF_ADD:
        x86_alu_rr(c, w, X86_ADD, dst, src);
        return true;
    case BPF_SUB:
        x86_alu_rr(c, w, X86_SUB, dst, src);
        return true;
    case BPF_OR:
        x86_alu_rr(c, w, X86_OR, dst, src);
        return true;
    case BPF_AND:
        x86_alu_rr(c, w, X86_AND, dst, src);
        return true;
    case BPF_XOR:
        x86_alu_rr(c, w, X86_XOR, dst, src);
        return true;
    case BPF_MUL:
        x86_rr(c, w, X86_OP_IMUL, dst, src);
        return true;
    case BPF_DIV:
    case BPF_MOD:
        okobpf_jit_divide_reg(c, w, insn->offset, op == BPF_MOD, dst, src);
        return true;
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
        emit_shift_reg(jit, w, shift_from_op(op), dst, src);
        return true;
    case BPF_MOV:
        return emit_mov_reg(c, w, dst, src, insn->offset);
    default:
        return false;
    }
}

static bool
emit_alu_imm(struct jit *jit, enum x86_width w, const struct bpf_insn *insn)
{
    struct x86_code *c = &jit->code;
    int dst = okobpf_jit_regs[bpf_dst(insn)];
    int op = BPF_OP(insn->opcode);
    int32_t imm = insn->imm;

    switch (op) {
    case BPF_ADD:
        x86_alu_ri(c, w, X86_ADD, dst, imm);
        return true;
    case BPF_SUB:
        x86_alu_ri(c, w, X86_SUB, dst, imm);
        return true;
    case BPF_OR:
        x86_alu_ri(c, w, X86_OR, dst, imm);
        return true;
    case BPF_AND:
        emit_and_imm(c, w, dst, imm);
        return true;
    case BPF_XOR:
        x86_alu_ri(c, w, X86_XOR, dst, imm);
        return true;
    case BPF_MUL:
        x86_imul_imm(c, w, dst, dst, imm);
        return true;
    case BPF_DIV:
    case BPF_MOD:
        okobpf_jit_divide_imm(jit, w, insn->offset, op == BPF_MOD, dst, imm);
        return true;
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
        emit_shift_imm(c, w, shift_from_op(op), dst, imm);
        return true;
    case BPF_NEG:
        x86_unary(c, w, X86_NEG, dst);
        return true;
    case BPF_MOV:
        x86_mov_imm(c, dst, w == W64 ? (uint64_t) (int64_t) imm
                                     : (uint32_t) imm);
        return !insn->offset;
    default:
        return false;
    }
}

uint32_t
okobpf_jit_alu(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    bool is_x = BPF_SOURCE(insn->opcode) == BPF_X;
    enum x86_width w = is64 ? W64 : W32;
    int op = BPF_OP(insn->opcode);

    /* The frame depends on r10. */
    if (bpf_dst(insn) == 10) {
        return 0;
    }
    if (op == BPF_DIV || op == BPF_MOD) {
        if (insn->offset != 0 && insn->offset != 1) {
            return 0;
        }
    } else if (op != BPF_MOV && insn->offset) {
        return 0;
    }
    if (emit_pair(jit, i)) {
        return 2;
    }
    if (op == BPF_END) {
        if (is64 && is_x) {
            return 0;
        }
        return emit_end(&jit->code, okobpf_jit_regs[bpf_dst(insn)],
                        is64 || is_x, insn->imm);
    }
    return is_x ? emit_alu_reg(jit, w, insn) : emit_alu_imm(jit, w, insn);
}
#endif /* OKOBPF_HAVE_JIT */
