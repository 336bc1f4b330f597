/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Random instructions, which verifier-mutate.c puts into programs that exist
 * and verifier-gen.c makes programs of. */

#ifndef OKOBPF_VERIFIER_MUTATE_H
#define OKOBPF_VERIFIER_MUTATE_H 1

#include "verifier-gen.h"

#define ARRAY_LEN(ARRAY) (sizeof (ARRAY) / sizeof (ARRAY)[0])
#define PICK(R, ARRAY) ((ARRAY)[random_below(R, ARRAY_LEN(ARRAY))])

static const uint8_t jump_ops[] = {
    BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET, BPF_JNE, BPF_JSGT, BPF_JSGE, BPF_JLT,
    BPF_JLE, BPF_JSLT, BPF_JSLE,
};
static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

static inline struct bpf_insn
insn_make(uint8_t opcode, int dst, int src, int offset, int32_t imm)
{
    return (struct bpf_insn) { opcode, dst | src << 4, offset, imm };
}

static inline bool
is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

/* 'dst OP= src', or with a constant, where OP is any operation. */
struct bpf_insn vgen_alu(struct random *, int dst, int src);

/* A comparison of 'dst' with 'src' or with a constant, and a jump. */
struct bpf_insn vgen_jump(struct random *, int dst, int src, int offset);

#endif /* verifier-mutate.h */
