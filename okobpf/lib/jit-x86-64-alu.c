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
#include "jit-x86-64.h"

/* Arithmetic. */

static bool
is_pow2(uint64_t x)
{
    return x && !(x & (x - 1));
}

/* Clears the upper half of 'dst', as 32-bit operations do, if 'w' is W32. */
static void
emit_zero_extend(struct x86_code *c, enum x86_width w, int dst)
{
    if (w == W32) {
        x86_mov(c, W32, dst, dst);
    }
}

/* Division. */

/* Emits 'dst' = 'dst' / 'divisor', or the remainder if 'mod'.  'divisor',
 * which may be R9, must not be 0, nor -1 for a signed division. */
static void
emit_divide(struct x86_code *c, enum x86_width w, bool is_signed, bool mod,
            int dst, int divisor)
{
    /* The machine wants its dividend in RDX:RAX and has its results there. */
    if (divisor == RAX || divisor == RDX) {
        x86_mov(c, W64, R9, divisor);
        divisor = R9;
    }
    if (dst != RAX) {
        x86_mov(c, W64, R10, RAX);
    }
    if (dst != RDX) {
        x86_mov(c, W64, R11, RDX);
    }
    x86_mov_if_other(c, RAX, dst);

    if (is_signed) {
        x86_sign_extend_rax(c, w);
        x86_unary(c, w, X86_IDIV, divisor);
    } else if (w == W32) {
        x86_mov_imm(c, RDX, 0);
        x86_unary(c, W32, X86_DIV, divisor);
    } else {
        uint32_t narrow, done;

        /* Many processors divide 64 bits at a third of the speed of 32, and
         * most numbers are small. */
        x86_mov(c, W64, RDX, RAX);
        x86_alu_rr(c, W64, X86_OR, RDX, divisor);
        x86_shift_ri(c, W64, X86_SHR, RDX, 32);
        narrow = x86_jump_short(c, CC_E);
        x86_mov_imm(c, RDX, 0);
        x86_unary(c, W64, X86_DIV, divisor);
        done = x86_jump_short(c, CC_ALWAYS);
        x86_patch_short(c, narrow);
        x86_unary(c, W32, X86_DIV, divisor); /* RDX is 0. */
        x86_patch_short(c, done);
    }

    if (dst == RAX) {
        if (mod) {
            x86_mov(c, w, RAX, RDX);
        }
        x86_mov(c, W64, RDX, R11);
    } else if (dst == RDX) {
        if (!mod) {
            x86_mov(c, w, RDX, RAX);
        }
        x86_mov(c, W64, RAX, R10);
    } else {
        x86_mov(c, w, dst, mod ? RDX : RAX);
        x86_mov(c, W64, RAX, R10);
        x86_mov(c, W64, RDX, R11);
    }
}

/* Emits what BPF defines for division by zero. */
static void
emit_divide_by_zero(struct x86_code *c, enum x86_width w, bool mod, int dst)
{
    if (mod) {
        emit_zero_extend(c, w, dst);
    } else {
        x86_mov_imm(c, dst, 0);
    }
}

/* Emits signed division by -1, where the machine would trap on the smallest
 * number, which BPF wraps around. */
static void
emit_divide_by_minus_one(struct x86_code *c, enum x86_width w, bool mod,
                         int dst)
{
    if (mod) {
        x86_mov_imm(c, dst, 0);
    } else {
        x86_unary(c, w, X86_NEG, dst);
    }
}

static void
emit_divide_reg(struct x86_code *c, enum x86_width w, bool is_signed,
                bool mod, int dst, int src)
{
    uint32_t nonzero, from_zero, ordinary, from_minus_one = 0;

    x86_rr(c, w, X86_OP_TEST, src, src);
    nonzero = x86_jump_short(c, CC_NE);
    emit_divide_by_zero(c, w, mod, dst);
    from_zero = x86_jump_short(c, CC_ALWAYS);
    x86_patch_short(c, nonzero);

    if (is_signed) {
        x86_alu_ri(c, w, X86_CMP, src, -1);
        ordinary = x86_jump_short(c, CC_NE);
        emit_divide_by_minus_one(c, w, mod, dst);
        from_minus_one = x86_jump_short(c, CC_ALWAYS);
        x86_patch_short(c, ordinary);
    }

    emit_divide(c, w, is_signed, mod, dst, src);
    x86_patch_short(c, from_zero);
    if (is_signed) {
        x86_patch_short(c, from_minus_one);
    }
}

/* How to divide N-bit unsigned numbers by a constant by multiplication, after
 * Granlund and Montgomery, "Division by Invariant Integers using
 * Multiplication", PLDI 1994, figure 6.2.  With t the upper half of the
 * product of the number n and 'multiplier', the quotient is t >> shift or, if
 * 'add', (t + ((n - t) >> 1)) >> shift. */
struct reciprocal {
    uint64_t multiplier;        /* N bits. */
    int shift;
    bool add;
};

/* Returns the reciprocal for 'n_bits', 32 or 64, of 'divisor', which must
 * be less than 2**32 and not a power of 2. */
static struct reciprocal
reciprocal(uint64_t divisor, int n_bits)
{
    unsigned __int128 one = 1;
    unsigned __int128 low, high;
    struct reciprocal r;
    int log2 = 64 - __builtin_clzll(divisor - 1);
    int shift = log2;

    low = (one << (n_bits + log2)) / divisor;
    high = ((one << (n_bits + log2)) + (one << log2)) / divisor;
    while (shift > 0 && low / 2 < high / 2) {
        low /= 2;
        high /= 2;
        shift--;
    }
    r.add = high >> n_bits != 0;
    r.multiplier = n_bits == 32 ? (uint32_t) high : (uint64_t) high;
    r.shift = r.add ? shift - 1 : shift;
    return r;
}

static void
emit_shift_right(struct x86_code *c, enum x86_width w, int dst, int count)
{
    if (count) {
        x86_shift_ri(c, w, X86_SHR, dst, count);
    }
}

/* Emits unsigned 32-bit division of 'dst' by 'divisor', not a power of 2. */
static void
emit_divide_const32(struct x86_code *c, bool mod, int dst, uint32_t divisor)
{
    struct reciprocal r = reciprocal(divisor, 32);

    x86_mov(c, W32, R10, dst);
    if (r.multiplier <= INT32_MAX) {
        x86_imul_imm(c, W64, R11, R10, r.multiplier);
    } else {
        x86_mov_imm(c, R11, r.multiplier);
        x86_rr(c, W64, X86_OP_IMUL, R11, R10);
    }
    if (r.add) {
        x86_shift_ri(c, W64, X86_SHR, R11, 32);
        x86_alu_rr(c, W32, X86_SUB, R10, R11);
        x86_shift_ri(c, W32, X86_SHR, R10, 1);
        x86_alu_rr(c, W32, X86_ADD, R11, R10);
        emit_shift_right(c, W32, R11, r.shift);
    } else {
        x86_shift_ri(c, W64, X86_SHR, R11, 32 + r.shift);
    }
    if (mod) {
        x86_imul_imm(c, W32, R11, R11, divisor);
        x86_alu_rr(c, W32, X86_SUB, dst, R11);
    } else {
        x86_mov(c, W32, dst, R11);
    }
}

/* Emits unsigned 64-bit division of 'dst' by 'divisor', which must be less
 * than 2**31 and not a power of 2.  Needs BMI2. */
static void
emit_divide_const64(struct x86_code *c, bool mod, int dst, uint32_t divisor)
{
    struct reciprocal r = reciprocal(divisor, 64);

    if (dst == RDX) {
        x86_mov_imm(c, R11, r.multiplier);
        x86_mulx(c, W64, R10, R9, R11);
    } else {
        x86_mov(c, W64, R9, RDX);
        x86_mov_imm(c, RDX, r.multiplier);
        x86_mulx(c, W64, R10, R11, dst);
        x86_mov(c, W64, RDX, R9);
    }
    if (r.add) {
        x86_mov(c, W64, R11, dst);
        x86_alu_rr(c, W64, X86_SUB, R11, R10);
        x86_shift_ri(c, W64, X86_SHR, R11, 1);
        x86_alu_rr(c, W64, X86_ADD, R10, R11);
    }
    emit_shift_right(c, W64, R10, r.shift);
    if (mod) {
        x86_imul_imm(c, W64, R10, R10, divisor);
        x86_alu_rr(c, W64, X86_SUB, dst, R10);
    } else {
        x86_mov(c, W64, dst, R10);
    }
}

static void
emit_divide_imm(struct jit *jit, enum x86_width w, bool is_signed, bool mod,
                int dst, int32_t imm)
{
    struct x86_code *c = &jit->code;
    uint64_t divisor = w == W64 ? (uint64_t) (int64_t) imm : (uint32_t) imm;

    if (!imm) {
        emit_divide_by_zero(c, w, mod, dst);
    } else if (imm == 1) {
        if (mod) {
            x86_mov_imm(c, dst, 0);
        } else {
            emit_zero_extend(c, w, dst);
        }
    } else if (is_signed) {
        if (imm == -1) {
            emit_divide_by_minus_one(c, w, mod, dst);
        } else {
            x86_mov_imm(c, R9, divisor);
            emit_divide(c, w, true, mod, dst, R9);
        }
    } else if (is_pow2(divisor)) {
        if (mod) {
            x86_alu_ri(c, w, X86_AND, dst, divisor - 1);
        } else {
            x86_shift_ri(c, w, X86_SHR, dst, __builtin_ctzll(divisor));
        }
    } else if (w == W32) {
        emit_divide_const32(c, mod, dst, divisor);
    } else if (imm > 0 && jit->features & JIT_BMI2) {
        emit_divide_const64(c, mod, dst, divisor);
    } else {
        x86_mov_imm(c, R9, divisor);
        emit_divide(c, w, false, mod, dst, R9);
    }
}

/* Other operations. */

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
        emit_zero_extend(c, w, dst);
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
        int operand = src2 == bpf_dst(insn) ? src : jit_regs[src2];

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
    int dst = jit_regs[bpf_dst(a)];

    if (!jit_is_sequence(jit, i, 2) || bpf_dst(a) != bpf_dst(b)
        || b->offset) {
        return false;
    }
    if (BPF_CLASS(a->opcode) == BPF_CLASS(b->opcode)
        && BPF_OP(a->opcode) == BPF_MOV
        && BPF_SOURCE(a->opcode) == BPF_X && !a->offset) {
        return emit_three_operands(jit, w, dst, jit_regs[bpf_src(a)], b);
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
    int dst = jit_regs[bpf_dst(insn)];
    int src = jit_regs[bpf_src(insn)];
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
        emit_divide_reg(c, w, insn->offset, op == BPF_MOD, dst, src);
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
    int dst = jit_regs[bpf_dst(insn)];
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
        emit_divide_imm(jit, w, insn->offset, op == BPF_MOD, dst, imm);
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
jit_alu(struct jit *jit, uint32_t i)
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
        return emit_end(&jit->code, jit_regs[bpf_dst(insn)], is64 || is_x,
                        insn->imm);
    }
    return is_x ? emit_alu_reg(jit, w, insn) : emit_alu_imm(jit, w, insn);
}
#endif /* OKOBPF_HAVE_JIT */
