/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Between the parts of the generator of random programs, jit-gen.c and
 * jit-gen-statements.c. */

#ifndef OKOBPF_TESTS_JIT_GEN_STATE_H
#define OKOBPF_TESTS_JIT_GEN_STATE_H 1

#include "jit-gen.h"
#include "random.h"

#define MAX_FUNCS 8
#define MAX_PENDING 16          /* Jumps that have no target yet. */

struct gen {
    struct random random;
    struct gen_memory *memory;
    struct okobpf_map **maps;
    struct bpf_insn *insns;
    uint32_t n;

    /* Few programs are large, and have jumps that go far. */
    uint32_t max_insns, max_cost;
    uint32_t landing;           /* A jump lands here with a chance of one in
                                 * so many. */

    /* Current function. */
    bool is_main;
    int window;                 /* The part of the frame it uses begins at
                                 * r10 + window. */
    uint32_t pending[MAX_PENDING];
    int n_pending;
    int loop_depth;
    uint32_t multiplicity;      /* How often the current statement may run. */
    uint32_t cost;              /* Of the function, so far. */

    /* Functions.  Those that may be called are not placed yet: calls have the
     * number of the function in 'imm' until the end. */
    int n_funcs;
    int func;                   /* Number of the current one. */
    uint32_t costs[MAX_FUNCS];
    uint32_t first[MAX_FUNCS];
    bool called[MAX_FUNCS];
};

/* Random numbers. */


/* Returns a number less than 'n'. */
uint32_t below(struct gen *, uint32_t n);

/* Returns true with a chance of one in 'n'. */
bool one_in(struct gen *, uint32_t n);

/* Returns a number, more often than not one on which operations tend to go
 * wrong. */
uint64_t interesting(struct gen *);

/* Returns one of r0 to r9. */
int any_reg(struct gen *);

/* Instructions. */

void emit(struct gen *, struct bpf_insn);
void emit_imm64(struct gen *, int reg, uint64_t imm);
void emit_ptr(struct gen *, int reg, const void *);

/* Returns a conditional jump without its offset. */
struct bpf_insn random_jump(struct gen *);

/* Statements without local calls and jumps to other statements. */
void gen_alu(struct gen *);
void gen_alu_pair(struct gen *);
void gen_select(struct gen *);
void gen_imm64(struct gen *);
void gen_load(struct gen *);
void gen_gather(struct gen *);
void gen_store(struct gen *);
void gen_atomic(struct gen *);
void gen_load_packet(struct gen *);
void gen_helper(struct gen *);

#endif /* jit-gen-state.h */
