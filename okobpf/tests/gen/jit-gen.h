/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Random programs that are safe by construction, to compare engines with. */

#ifndef OKOBPF_TESTS_JIT_GEN_H
#define OKOBPF_TESTS_JIT_GEN_H 1

#include "image.h"

#define GEN_MAX_INSNS 8192
#define GEN_MEM_SIZE 128        /* Bytes that programs read and write. */
#define GEN_PKT_SIZE 64
#define GEN_WINDOW_SIZE 64      /* Bytes of each frame that they use. */
#define GEN_N_MAPS 5

/* What a program finds and what it leaves.  Engines must agree on all of
 * it. */
struct gen_memory {
    uint8_t mem[GEN_MEM_SIZE];
    uint64_t regs[10];          /* r0 to r9 at the end, if it gets there. */
    uint8_t stack[GEN_WINDOW_SIZE]; /* Part of main()'s stack, likewise. */
    uint8_t pkt[GEN_PKT_SIZE];
};

/* Writes the program that belongs to 'seed' to 'insns' and returns its length.
 * It has the addresses of 'memory' and 'maps' in it, which must have keys of 4
 * bytes and values of 8 or more.  It ends after a few thousand instructions at
 * most. */
uint32_t gen_program(uint64_t seed, struct gen_memory *memory,
                     struct okobpf_map *maps[GEN_N_MAPS],
                     struct bpf_insn insns[GEN_MAX_INSNS]);

/* Fills '*memory' with what the program of 'seed' starts with. */
void gen_memory(uint64_t seed, struct gen_memory *memory);

#endif /* jit-gen.h */
