/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Random programs that are almost right, which is where a verifier errs. */

#ifndef OKOBPF_VERIFIER_GEN_H
#define OKOBPF_VERIFIER_GEN_H 1

#include "verifier-test.h"

#define VGEN_MAX_INSNS 400

/* The maps that generated programs know, to be used as an image's. */
#define VGEN_N_MAPS 2
extern const struct map_spec vgen_maps[VGEN_N_MAPS];

/* Writes a program for 'abi' to 'insns', which must have room for
 * VGEN_MAX_INSNS, and returns the number of instructions. */
uint32_t vgen_program(struct random *, enum okobpf_abi abi,
                     struct bpf_insn *insns);

/* Changes the 'n' instructions at 'insns' a little.  Returns their new number,
 * at most VGEN_MAX_INSNS. */
uint32_t vgen_mutate(struct random *, struct bpf_insn *insns, uint32_t n);

#endif /* verifier-gen.h */
