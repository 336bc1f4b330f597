/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include "jit-x86-64/jit.h"

/* Division. */

static bool
is_pow2(uint64_t x)
{
    return x && !(x & (x - 1));
}

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
        jit_zero_extend(c, w, dst);
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

void
okobpf_jit_divide_reg(struct x86_code *c, enum x86_width w, bool is_signed,
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

void
okobpf_jit_divide_imm(struct jit *jit, enum x86_width w, bool is_signed,
                      bool mod, int dst, int32_t imm)
{
    struct x86_code *c = &jit->code;
    uint64_t divisor = w == W64 ? (uint64_t) (int64_t) imm : (uint32_t) imm;

    if (!imm) {
        emit_divide_by_zero(c, w, mod, dst);
    } else if (imm == 1) {
        if (mod) {
            x86_mov_imm(c, dst, 0);
        } else {
            jit_zero_extend(c, w, dst);
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
#endif /* OKOBPF_HAVE_JIT */
