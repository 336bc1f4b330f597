/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* All instructions of RFC 9669, to see that tests leave none out. */

#ifndef OKOBPF_TESTS_INSN_TABLE_H
#define OKOBPF_TESTS_INSN_TABLE_H 1

#include "image.h"

/* Conformance groups, section 2.4 of the RFC. */
enum insn_group {
    GROUP_BASE32,
    GROUP_BASE64,
    GROUP_ATOMIC32,
    GROUP_ATOMIC64,
    GROUP_DIVMUL32,
    GROUP_DIVMUL64,
    GROUP_PACKET,
    N_GROUPS
};

const char *insn_group_to_string(enum insn_group);

/* An instruction is known by its opcode and, as the operation asks, by one of
 * its other fields. */
struct insn_kind {
    const char *name;
    enum insn_group group;
    uint8_t opcode;
    enum {
        BY_OPCODE,
        BY_OFFSET,              /* Signed division, sign-extending moves. */
        BY_IMM,                 /* Byte swaps, atomic operations. */
        BY_SRC,                 /* Calls. */
    } by;
    int32_t value;              /* Of that field. */
};

extern const struct insn_kind insn_kinds[];
extern const int n_insn_kinds;

/* Returns the index in 'insn_kinds' of what 'insn' is, or -1 if it is no legal
 * instruction. */
int insn_kind_of(const struct bpf_insn *insn);

/* Notes that 'insn' was tested. */
void insn_note(const struct bpf_insn *insn);

/* Whether 'opcode' is arithmetic or a jump under a condition: those are tested
 * with vectors of operands in jit-insns-test.c, the others by the programs
 * in jit-progs-test.c. */
bool insn_computes(uint8_t opcode);

/* Returns how many of the instructions that compute, or of the others,
 * insn_note() never saw, and prints their names. */
int insn_print_missing(bool computes);

#endif /* insn-table.h */
