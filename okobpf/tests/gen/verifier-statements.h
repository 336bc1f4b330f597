/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the random programs of verifier-repair-test.c are made of. */

#ifndef OKOBPF_VERIFIER_STATEMENTS_H
#define OKOBPF_VERIFIER_STATEMENTS_H 1

#include "testlib.h"
#include "verifier-test.h"

/* More than what a program can come to. */
#define MAX_INSNS 2500

/* Registers.  r0 and r1 are for the statement at hand.  r2 and r3 point into
 * the packet, the others hold numbers.  They stay what they are, so that each
 * program can go on after each branch. */
enum { PKT = 6, END = 7 };      /* END is the end's address, or the length. */
enum { N_NUMBERS = 4, N_POINTERS = 2 };
enum { N_SAVED = 2 };           /* First numbers that survive calls. */
static const int numbers[N_NUMBERS] = { 8, 9, 4, 5 };
static const int pointers[N_POINTERS] = { 2, 3 };

/* The stack, as offsets from r10. */
static const int number_slots[N_NUMBERS] = { -8, -16, -24, -32 };
static const int pointer_slots[N_POINTERS] = { -40, -48 };
enum { COUNTER = -56, ARGUMENT = -64, ARRAY = -128, KEY = -136,
       VALUE = -144, OTHER_VALUE = -152 };
enum { ARRAY_SLOTS = 8 };

/* The packet: at least so many bytes. */
enum { MIN_LEN = 8 };

/* Offset of jumps to the end of the function, until it is known. */
enum { OUT = INT16_MAX };

/* Calls of function number N have CALL + N in 'imm' until then. */
enum { CALL = 1 << 20, N_FUNCTIONS = 2 };

static const uint8_t jump_ops[] = {
    BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JEQ, BPF_JNE,
    BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET,
};
enum { N_UNSIGNED = 6 };        /* The first of these. */

#define PICK(G, FROM) ((FROM)[random_below((G)->r, ARRAY_SIZE(FROM))])

struct gen {
    struct random *r;
    struct bpf_insn insns[MAX_INSNS];
    uint32_t n;
    uint32_t topics;            /* Bit N: statement number N is used. */
    int n_places;               /* Numbers, and slots of these, in use. */
    bool end_is_pointer;
    bool in_function;
    bool returns_pointer;       /* Its functions do. */
};

static inline void
emit(struct gen *g, uint8_t opcode, int dst, int src, int offset, int32_t imm)
{
    assert_true(g->n < MAX_INSNS);
    g->insns[g->n++] = (struct bpf_insn) { opcode, dst | src << 4, offset,
                                           imm };
}

static inline void
emit_mov(struct gen *g, int dst, int src)
{
    emit(g, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static inline void
emit_add_imm(struct gen *g, int dst, int32_t imm)
{
    emit(g, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm);
}

/* True once in 'n' times. */
static inline bool
once_in(struct gen *g, uint32_t n)
{
    return !random_below(g->r, n);
}

/* Few registers and slots have more to do with each other. */
static inline int
number(struct gen *g)
{
    return numbers[random_below(g->r, g->n_places)];
}

static inline int
small_constant(struct gen *g)
{
    static const int constants[] = {
        0, 1, 2, 3, 4, 6, 8, 12, 16, -1, -2, -4, -8,
    };

    return PICK(g, constants);
}

static inline uint8_t
alu_class(struct gen *g)
{
    return once_in(g, 3) ? BPF_ALU : BPF_ALU64;
}

static inline uint8_t
jump_class(struct gen *g)
{
    return once_in(g, 3) ? BPF_JMP32 : BPF_JMP;
}

/* Chooses which statements the program is made of: one that is about few
 * things does more with them. */
void statements_choose(struct gen *);

/* Compares a sum with the end. */
void say_check(struct gen *);

/* Makes a pointer of a sum, and reads. */
void say_pointer(struct gen *);

/* Emits 1 to 'max' statements. */
void statements_emit(struct gen *, int max);

/* verifier-statements-numbers.c. */
void say_mov(struct gen *);
void say_add(struct gen *);
void say_alu(struct gen *);
void say_swap(struct gen *);
void say_and(struct gen *);
void say_extend(struct gen *);
void say_fetch(struct gen *);
void say_compare(struct gen *);
void say_remainder(struct gen *);
void say_shifted_down(struct gen *);

/* verifier-statements-lengths.c. */
void say_length(struct gen *);
void say_count_down(struct gen *);

#endif /* verifier-statements.h */
