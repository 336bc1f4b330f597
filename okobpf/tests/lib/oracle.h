/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The oracle: what the verifier has to guarantee, checked while a program
 * runs.  A program that the verifier accepts must never trap, whatever the
 * packet.
 *
 * Each step is checked before it runs: that it is inside of the program, that
 * the registers it reads were written, that the memory it reads or writes is
 * its stack, the packet, the context or a value of a map that it was given,
 * that stack it reads was written, that helpers get what they expect, and that
 * the program ends. */

#ifndef OKOBPF_TESTS_ORACLE_H
#define OKOBPF_TESTS_ORACLE_H 1

#include "image.h"
#include "work.h"

enum oracle_region_kind {
    REGION_WRITABLE,            /* Values of maps. */
    REGION_READ_ONLY,           /* Packet, context. */
    REGION_CONSTANT,            /* Read-only global variables. */
};

struct oracle_region {
    uint64_t start, size;
    enum oracle_region_kind kind;
    uint32_t map;               /* Index, or UINT32_MAX. */
};

struct oracle {
    uint64_t n_steps;           /* Instructions run so far. */
    uint64_t max_steps;
    struct work work;           /* Of the run so far. */
    uint64_t max_work;          /* UINT64_MAX until it is set. */

    bool trapped;
    char trap[256];             /* What was wrong, if 'trapped'. */

    /* Private. */
    const struct okobpf_prog *prog;
    struct work_model model;
    struct map_spec maps[OKOBPF_MAX_MAPS];
    struct oracle_region *regions;
    size_t n_regions, allocated_regions;
    struct okobpf_map *looked_up; /* The next step finds the value in r0. */
    uint32_t written;           /* Registers that may be read. */
    uint32_t saved[BPF_MAX_FRAMES]; /* The callers' 'written'. */
    bool stack_written[BPF_MAX_FRAMES * BPF_STACK_SIZE];
};

/* Prepares 'oracle' for a run of 'prog' in 'env' of at most 'max_steps'
 * instructions. */
void oracle_init(struct oracle *oracle, const struct okobpf_prog *prog,
                 const struct okobpf_env *env, uint64_t max_steps);
void oracle_uninit(struct oracle *);

/* Runs 'prog' as okobpf_run() does, in the checked interpreter.  Returns the
 * result, or 0 if 'oracle->trapped'. */
uint64_t oracle_run(const struct okobpf_prog *, struct okobpf_env *,
                    struct oracle *);

/* interp/interp.c, compiled with OKOBPF_CHECKED. */
uint64_t interpret_checked(const struct okobpf_prog *, uint64_t r1,
                           uint64_t r2, struct okobpf_env *,
                           struct oracle *);

/* For the checked interpreter: whether it may execute 'insn'. */
bool oracle_step(struct oracle *, const struct bpf_insn *insn,
                 const uint64_t regs[], const uint8_t *stack, int depth);

/* Notes that 'insn' is nothing that the interpreter knows. */
void oracle_illegal(struct oracle *, const struct bpf_insn *insn);

#endif /* tests/oracle.h */
