/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include "jit-x86-64/jit.h"

/* Numbers that a program puts together from bytes.
 *
 * Where the type of a packed header allows for any alignment, compilers for
 * BPF, which as a rule has no unaligned loads, read a number byte by byte:
 *
 *     r2 = *(u8 *)(r6 + 12)
 *     r3 = *(u8 *)(r6 + 13)
 *     r3 <<= 8
 *     r3 |= r2
 *
 * x86-64 loads at any alignment, so that such a sequence, in either byte order
 * and for up to 8 bytes, becomes one load of the same bytes.  Its intermediate
 * results must not be used after it. */

/* What a sequence of instructions puts together. */
struct gather {
    uint32_t n;                 /* Instructions. */
    uint32_t written;           /* Bit N set: they change register rN. */
    int reg;                    /* Register with the result. */
    int base;                   /* Register with the address. */
    int offset;                 /* From the address to the lowest byte. */
    bool big_endian;            /* Not for a single byte. */
};

static int
load_from_size(int n_bytes)
{
    return (BPF_LDX | BPF_MEM | (n_bytes == 1 ? BPF_B : n_bytes == 2 ? BPF_H
                                 : n_bytes == 4 ? BPF_W : BPF_DW));
}

/* Returns true if the instruction at 'i' shifts a register left by
 * 'n_bytes' bytes, and stores the register in '*reg'.  The register is known
 * to hold no more than that many bytes. */
static bool
is_shift(const struct jit *jit, uint32_t i, int n_bytes, int *reg)
{
    const struct bpf_insn *insn = &jit->insns[i];

    if (i >= jit->n_insns || insn->imm != 8 * n_bytes || insn->offset
        || (insn->opcode != (BPF_ALU64 | BPF_LSH | BPF_K)
            && (insn->opcode != (BPF_ALU | BPF_LSH | BPF_K)
                || n_bytes > 2))) {
        return false;
    }
    *reg = bpf_dst(insn);
    return true;
}

/* Returns true if the instruction at 'i' stores 'a' | 'b' in one of them,
 * '*result'.  The upper halves of both are known to be 0 if 'n_bytes', the
 * size of the result, is less than 8. */
static bool
is_or(const struct jit *jit, uint32_t i, int n_bytes, int a, int b,
      int *result)
{
    const struct bpf_insn *insn = &jit->insns[i];

    if (i >= jit->n_insns || insn->offset
        || (insn->opcode != (BPF_ALU64 | BPF_OR | BPF_X)
            && (insn->opcode != (BPF_ALU | BPF_OR | BPF_X) || n_bytes > 4))) {
        return false;
    }
    *result = bpf_dst(insn);
    return ((bpf_dst(insn) == a && bpf_src(insn) == b)
            || (bpf_dst(insn) == b && bpf_src(insn) == a));
}

/* Combines 'low' and 'high', of 'n_bytes' bytes each, in '*g'.  Returns false
 * if they are not neighbors or differ in their byte order. */
static bool
combine(const struct gather *low, const struct gather *high, int n_bytes,
        struct gather *g)
{
    if (low->base != high->base
        || (n_bytes > 1 && low->big_endian != high->big_endian)) {
        return false;
    }
    if (high->offset == low->offset + n_bytes) {
        g->big_endian = false;
        g->offset = low->offset;
    } else if (low->offset == high->offset + n_bytes) {
        g->big_endian = true;
        g->offset = high->offset;
    } else {
        return false;
    }
    g->base = low->base;
    g->written = low->written | high->written;
    return n_bytes == 1 || g->big_endian == low->big_endian;
}

/* Returns true and fills in '*g' if the instructions from 'i' on load a number
 * of 'n_bytes' bytes, or put it together from two halves, each of which may
 * be put together likewise. */
static bool
match(const struct jit *jit, uint32_t i, int n_bytes, struct gather *g)
{
    const struct bpf_insn *insn = &jit->insns[i];
    int half = n_bytes / 2;
    struct gather a, b;
    int shifted, at;
    bool early;

    if (i >= jit->n_insns) {
        return false;
    }
    if (insn->opcode == load_from_size(n_bytes)) {
        *g = (struct gather) {
            .n = 1,
            .written = 1u << bpf_dst(insn),
            .reg = bpf_dst(insn),
            .base = bpf_src(insn),
            .offset = insn->offset,
        };
        return true;
    }

    /* The upper half may be shifted before or after the second half is
     * there. */
    if (!half || !match(jit, i, half, &a)) {
        return false;
    }
    at = i + a.n;
    early = is_shift(jit, at, half, &shifted) && shifted == a.reg;
    at += early;
    if (!match(jit, at, half, &b)
        || a.written & 1u << b.base || b.written & 1u << a.reg) {
        return false;
    }
    at += b.n;
    if (!early) {
        if (!is_shift(jit, at, half, &shifted)
            || (shifted != a.reg && shifted != b.reg)) {
            return false;
        }
        at++;
    }
    if (!is_or(jit, at, n_bytes, a.reg, b.reg, &g->reg)) {
        return false;
    }
    g->n = at + 1 - i;
    return (shifted == a.reg ? combine(&b, &a, half, g)
            : combine(&a, &b, half, g));
}

/* Returns true if the instruction at 'i' swaps the 'n_bytes' bytes of a number
 * in register 'reg'. */
static bool
is_swap(const struct jit *jit, uint32_t i, int n_bytes, int reg)
{
    const struct bpf_insn *insn = &jit->insns[i];

    return (i < jit->n_insns
            && (insn->opcode == (BPF_ALU | BPF_END | BPF_X)
                || insn->opcode == (BPF_ALU64 | BPF_END | BPF_K))
            && bpf_dst(insn) == reg && insn->imm == 8 * n_bytes
            && !insn->offset);
}

static void
emit_gather(struct x86_code *c, const struct gather *g, int n_bytes)
{
    int dst = okobpf_jit_regs[g->reg];
    int base = okobpf_jit_regs[g->base];

    if (n_bytes == 2) {
        x86_rm(c, W32, X86_OP_MOVZX16, dst, base, g->offset);
        if (g->big_endian) {
            /* The upper bits are 0 already. */
            x86_shift_ri(c, W16, X86_ROL, dst, 8);
        }
    } else {
        enum x86_width w = n_bytes == 4 ? W32 : W64;

        x86_rm(c, w, X86_OP_LOAD, dst, base, g->offset);
        if (g->big_endian) {
            x86_bswap(c, w, dst);
        }
    }
}

uint32_t
okobpf_jit_gather(struct jit *jit, uint32_t i)
{
    for (int n_bytes = 8; n_bytes >= 2; n_bytes /= 2) {
        struct gather g;

        /* The frame depends on r10. */
        if (!match(jit, i, n_bytes, &g) || g.written & 1u << 10) {
            continue;
        }
        if (is_swap(jit, i + g.n, n_bytes, g.reg)
            && okobpf_jit_is_sequence(jit, i, g.n + 1)) {
            g.big_endian = !g.big_endian;
            g.n++;
        }
        if (g.n > 1 && okobpf_jit_is_sequence(jit, i, g.n)
            && !(g.written & ~(1u << g.reg)
                 & jit_live_after(jit, i + g.n - 1))) {
            emit_gather(&jit->code, &g, n_bytes);
            return g.n;
        }
    }
    return 0;
}
#endif /* OKOBPF_HAVE_JIT */
