/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Makes steps for the interpreter. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdlib.h>
#include "interp/interp.h"
#include "mem.h"

/* What is known while steps are made in order. */
struct decoder {
    const struct bpf_insn *insns;
    uint32_t n;
    struct interp_step *steps;
    bool *targets;              /* Slots that are jumped to. */
    int acc;                    /* Register that the accumulator equals, or
                                 * -1. */
};

static bool
is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

/* Returns the variant of the four that begin with 'first': of 64 or 32 bits,
 * with a constant or a register. */
static enum step_op
alu_variant(enum step_op first, int opcode)
{
    return first + (BPF_CLASS(opcode) == BPF_ALU ? 2 : 0)
           + (BPF_SOURCE(opcode) == BPF_X ? 1 : 0);
}

static enum step_op
alu_op(const struct bpf_insn *insn)
{
    int opcode = insn->opcode;

    switch (BPF_OP(opcode)) {
    case BPF_DIV:
        return insn->offset ? alu_variant(STEP_SDIV_64_K, opcode) : opcode;
    case BPF_MOD:
        return insn->offset ? alu_variant(STEP_SMOD_64_K, opcode) : opcode;
    case BPF_MOV:
        return (!insn->offset || BPF_SOURCE(opcode) == BPF_K ? opcode
                : BPF_CLASS(opcode) == BPF_ALU64 ? STEP_MOVSX_64
                : STEP_MOVSX_32);
    default:
        return opcode;
    }
}

static enum step_op
call_op(const struct bpf_insn *insn)
{
    if (bpf_src(insn) == BPF_CALL_LOCAL) {
        return STEP_CALL_LOCAL;
    }
    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !okobpf_helpers[insn->imm].function) {
        return STEP_ILLEGAL;
    }
    return (insn->imm == HELPER_MAP_LOOKUP ? STEP_LOOKUP
            : insn->imm == HELPER_TIME_GET_NS ? STEP_TIME
            : insn->opcode);
}

/* Returns what the instruction at 'insn' does, 'n' slots before the end. */
static enum step_op
single_op(const struct bpf_insn *insn, uint32_t n)
{
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        return alu_op(insn);
    case BPF_JMP:
        return BPF_OP(insn->opcode) == BPF_CALL ? call_op(insn) : insn->opcode;
    default:
        return is_wide(insn) && n < 2 ? STEP_ILLEGAL : insn->opcode;
    }
}

/* Several instructions at once. */

static bool
is_same_dst(const struct bpf_insn *a, const struct bpf_insn *b)
{
    return bpf_dst(a) == bpf_dst(b);
}

/* A move and an operation on the copy: what other machines have instructions
 * with three operands for. */
static enum step_op
fuse_move(const struct bpf_insn *insn, struct interp_step *step)
{
    const struct bpf_insn *next = insn + 1;
    int op = BPF_OP(next->opcode);

    if (insn->offset || !is_same_dst(insn, next)
        || BPF_CLASS(next->opcode) != BPF_ALU64
        || op == BPF_DIV || op == BPF_MOD || op > BPF_ARSH
        || op == BPF_NEG || op == BPF_MOV) {
        return STEP_ILLEGAL;
    }
    if (BPF_SOURCE(next->opcode) == BPF_K) {
        step->imm = next->imm;
        return STEP_MOV_ALU_K + (op >> 4);
    }
    if (bpf_src(next) == bpf_dst(next)) {
        return STEP_ILLEGAL;
    }
    step->offset = bpf_src(next);
    return STEP_MOV_ALU_X + (op >> 4);
}

/* How compilers extend numbers of 32 bits for lack of an instruction. */
static enum step_op
fuse_shift(const struct bpf_insn *insn)
{
    const struct bpf_insn *next = insn + 1;

    if (insn->imm != 32 || next->imm != 32 || !is_same_dst(insn, next)) {
        return STEP_ILLEGAL;
    }
    return (next->opcode == (BPF_ALU64 | BPF_RSH | BPF_K) ? STEP_ZEXT_32
            : next->opcode == (BPF_ALU64 | BPF_ARSH | BPF_K) ? STEP_SEXT_32
            : STEP_ILLEGAL);
}

/* A load, and what is done with numbers from packets: swap their bytes, or
 * compare them. */
static enum step_op
fuse_load(const struct bpf_insn *insn)
{
    const struct bpf_insn *next = insn + 1;
    int size = BPF_SIZE(insn->opcode);
    bool is_equal;

    if (!is_same_dst(insn, next)) {
        return STEP_ILLEGAL;
    }
    if (next->opcode == (BPF_ALU | BPF_END | BPF_X)) {
        return (size == BPF_H && next->imm == 16 ? STEP_LDX_16_BE
                : size == BPF_W && next->imm == 32 ? STEP_LDX_32_BE
                : STEP_ILLEGAL);
    }

    /* What was loaded has at most 32 bits and is not negative.  So it makes no
     * difference how many are compared with such a constant. */
    is_equal = BPF_OP(next->opcode) == BPF_JEQ;
    if ((!is_equal && BPF_OP(next->opcode) != BPF_JNE)
        || (BPF_CLASS(next->opcode) != BPF_JMP
            && BPF_CLASS(next->opcode) != BPF_JMP32)
        || BPF_SOURCE(next->opcode) != BPF_K || next->imm < 0) {
        return STEP_ILLEGAL;
    }
    return (size == BPF_B ? (is_equal ? STEP_LDX_8_JEQ : STEP_LDX_8_JNE)
            : size == BPF_H ? (is_equal ? STEP_LDX_16_JEQ : STEP_LDX_16_JNE)
            : is_equal ? STEP_LDX_32_JEQ : STEP_LDX_32_JNE);
}

/* A counter: what is loaded, added to and stored in the same place, 'n' slots
 * before the end of the program. */
static enum step_op
fuse_count(const struct bpf_insn *load, uint32_t n)
{
    const struct bpf_insn *add = load + 1;
    const struct bpf_insn *store = load + 2;
    int size = BPF_SIZE(load->opcode);

    if (n < 3 || (size != BPF_W && size != BPF_DW)
        || add->opcode != (BPF_ALU64 | BPF_ADD | BPF_K)
        || store->opcode != (BPF_STX | BPF_MEM | size)
        || !is_same_dst(load, add) || bpf_src(store) != bpf_dst(load)
        || bpf_dst(store) != bpf_src(load) || store->offset != load->offset
        || bpf_dst(load) == bpf_src(load)) {
        return STEP_ILLEGAL;
    }
    return size == BPF_W ? STEP_COUNT_32 : STEP_COUNT_64;
}

/* A jump over a move: a minimum, a maximum, or the result of a comparison as
 * a number.  Which way it goes is hard to predict. */
static enum step_op
fuse_select(const struct bpf_insn *insn)
{
    const struct bpf_insn *next = insn + 1;
    int variant = ((BPF_OP(insn->opcode) >> 4) * 2
                   + (BPF_SOURCE(insn->opcode) == BPF_X));

    if (insn->offset != 1 || next->offset) {
        return STEP_ILLEGAL;
    }
    return (next->opcode == (BPF_ALU64 | BPF_MOV | BPF_K)
            ? STEP_SELECT_K + variant
            : next->opcode == (BPF_ALU64 | BPF_MOV | BPF_X)
            ? STEP_SELECT_X + variant
            : STEP_ILLEGAL);
}

static bool
is_cond_jump(int op)
{
    return (op < STEP_ILLEGAL && BPF_CLASS(op) == BPF_JMP
            && BPF_OP(op) != BPF_JA && BPF_OP(op) != BPF_CALL
            && BPF_OP(op) != BPF_EXIT && BPF_OP(op) <= BPF_JSLE);
}

static enum step_op
fuse_lookup(const struct bpf_insn *insn, struct interp_step *step)
{
    const struct bpf_insn *next = insn + 1;

    if (next->opcode != (BPF_JMP | BPF_JEQ | BPF_K) || bpf_dst(next)
        || next->imm || next->offset == INT16_MAX) {
        return STEP_ILLEGAL;
    }
    step->offset = next->offset + 1;
    return STEP_LOOKUP_JEQ;
}

/* Returns what the step for 'insn', which does 'op' alone and is at least 2 of
 * the 'n' slots before the end, can do along with the instructions that
 * follow, for which it changes '*step'.  If nothing, returns STEP_ILLEGAL. */
static enum step_op
fuse_op(const struct bpf_insn *insn, uint32_t n, int op,
        struct interp_step *step)
{
    enum step_op fused;

    switch (op) {
    case BPF_ALU64 | BPF_MOV | BPF_X:
        return fuse_move(insn, step);
    case BPF_ALU64 | BPF_LSH | BPF_K:
        return fuse_shift(insn);
    case BPF_LDX | BPF_MEM | BPF_B:
    case BPF_LDX | BPF_MEM | BPF_H:
    case BPF_LDX | BPF_MEM | BPF_W:
        fused = fuse_load(insn);
        return fused == STEP_ILLEGAL ? fuse_count(insn, n) : fused;
    case BPF_LDX | BPF_MEM | BPF_DW:
        return fuse_count(insn, n);
    case STEP_LOOKUP:
        return fuse_lookup(insn, step);
    default:
        return is_cond_jump(op) ? fuse_select(insn) : STEP_ILLEGAL;
    }
}

/* Slots that 'op' covers. */
static uint32_t
op_length(enum step_op op)
{
    return (op == STEP_COUNT_32 || op == STEP_COUNT_64 ? 3
            : op >= STEP_ZEXT_32 || op == (BPF_LD | BPF_IMM | BPF_DW) ? 2
            : 1);
}

/* The accumulator. */

/* Returns true if the opcode 'op' is arithmetic that may take its operands
 * from the accumulator. */
static bool
is_plain_alu(int op)
{
    if (op >= STEP_ILLEGAL
        || (BPF_CLASS(op) != BPF_ALU && BPF_CLASS(op) != BPF_ALU64)) {
        return false;
    }
    switch (BPF_OP(op)) {
    case BPF_ADD:
    case BPF_SUB:
    case BPF_MUL:
    case BPF_OR:
    case BPF_AND:
    case BPF_LSH:
    case BPF_RSH:
    case BPF_XOR:
    case BPF_ARSH:
        return true;
    default:
        return false;
    }
}

static bool
is_plain_load(int op)
{
    return (op < STEP_ILLEGAL && BPF_CLASS(op) == BPF_LDX
            && BPF_MODE(op) == BPF_MEM);
}

static bool
is_mov_alu(int op)
{
    return op >= STEP_MOV_ALU_K && op < STEP_MOV_ALU_K_ACC_SRC;
}

/* Returns the variant of 'op' that takes an operand from the accumulator, or
 * 'op'. */
static enum step_op
use_acc(const struct decoder *d, const struct interp_step *step, int op)
{
    if (is_plain_alu(op)) {
        if (step->dst == d->acc) {
            return STEP_ACC_DST + op;
        } else if (BPF_SOURCE(op) == BPF_X && step->src == d->acc) {
            return STEP_ACC_SRC + op;
        }
    } else if (step->src == d->acc) {
        if (op == (BPF_ALU64 | BPF_MOV | BPF_X)) {
            return STEP_ACC_SRC + op;
        } else if (is_mov_alu(op)) {
            return op - STEP_MOV_ALU_K + STEP_MOV_ALU_K_ACC_SRC;
        }
    }
    return op;
}

/* Returns what the accumulator equals after 'op'. */
static int
acc_after(const struct decoder *d, const struct interp_step *step, int op)
{
    /* These set it. */
    if (is_plain_alu(op) || is_plain_load(op) || is_mov_alu(op)
        || op == (BPF_ALU64 | BPF_MOV | BPF_X)
        || op == STEP_ZEXT_32 || op == STEP_SEXT_32
        || (op >= STEP_LDX_16_BE && op <= STEP_LDX_32_JNE)) {
        return step->dst;
    }

    /* These leave it alone. */
    if (op == (BPF_LD | BPF_IMM | BPF_DW)
        || op == (BPF_ALU64 | BPF_MOV | BPF_K)) {
        return step->dst == d->acc ? -1 : d->acc;
    }
    if (is_cond_jump(op)
        || (op < STEP_ILLEGAL
            && (BPF_CLASS(op) == BPF_ST || BPF_CLASS(op) == BPF_STX)
            && BPF_MODE(op) == BPF_MEM)) {
        return d->acc;
    }
    return -1;
}

static void
mark_target(struct decoder *d, int64_t target)
{
    if (target >= 0 && target < d->n) {
        d->targets[target] = true;
    }
}

static void
mark_targets(struct decoder *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const struct bpf_insn *insn = &d->insns[i];
        int class = BPF_CLASS(insn->opcode);

        if (is_wide(insn)) {
            i++;
        } else if (class != BPF_JMP && class != BPF_JMP32) {
            continue;
        } else if (insn->opcode == (BPF_JMP32 | BPF_JA)
                   || insn->opcode == (BPF_JMP | BPF_CALL)) {
            mark_target(d, (int64_t) i + 1 + insn->imm);
        } else {
            mark_target(d, (int64_t) i + 1 + insn->offset);
        }
    }
}

/* Returns true if control reaches the 'n' slots from 'i' on only by way of the
 * first. */
static bool
is_sequence(const struct decoder *d, uint32_t i, uint32_t n)
{
    for (uint32_t j = i + 1; j < i + n; j++) {
        if (j >= d->n || d->targets[j]) {
            return false;
        }
    }
    return true;
}

/* Makes the step of the slot 'i'.  Returns how many slots it covers.  The
 * others have no code, only their operands. */
static uint32_t
make_step(struct decoder *d, uint32_t i, bool fuse,
          const void *const labels[N_STEP_OPS])
{
    const struct bpf_insn *insn = &d->insns[i];
    struct interp_step *step = &d->steps[i];
    enum step_op op = single_op(insn, d->n - i);
    struct interp_step fused_step = *step;
    uint32_t length;

    if (!fuse) {
        step->label = labels[op];
        return op_length(op);
    }
    if (d->n - i >= 2) {
        enum step_op fused = fuse_op(insn, d->n - i, op, &fused_step);

        if (fused != STEP_ILLEGAL && is_sequence(d, i, op_length(fused))) {
            *step = fused_step;
            op = fused;
        }
    }
    if (d->targets[i]) {
        d->acc = -1;
    }
    length = op_length(op);
    step->label = labels[use_acc(d, step, op)];
    d->acc = acc_after(d, step, op);
    return length;
}

struct interp_step *
okobpf_make_steps(const struct bpf_insn *insns, uint32_t n, bool fuse,
                  const void *const labels[N_STEP_OPS])
{
    struct decoder d = {
        .insns = insns,
        .n = n,
        .steps = okobpf_mem_alloc(n, sizeof *d.steps),
        .targets = okobpf_mem_alloc(n, sizeof *d.targets),
        .acc = -1,
    };

    if (!d.steps || !d.targets) {
        free(d.steps);
        free(d.targets);
        return NULL;
    }
    mark_targets(&d);
    for (uint32_t i = 0; i < n; i++) {
        d.steps[i] = (struct interp_step) {
            .label = labels[STEP_ILLEGAL],
            .dst = bpf_dst(&insns[i]),
            .src = bpf_src(&insns[i]),
            .offset = insns[i].offset,
            .imm = insns[i].imm,
        };
    }
    for (uint32_t i = 0, length; i < n; i += length) {
        length = make_step(&d, i, fuse, labels);
        if (is_wide(&insns[i]) && length == 2) {
            d.steps[i + 1].imm64 = ((uint64_t) (uint32_t) insns[i + 1].imm
                                    << 32 | (uint32_t) insns[i].imm);
        }
    }
    free(d.targets);
    return d.steps;
}
