/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The indirect jumps of one function, and the tables that they load from. */

#ifndef OKOBPF_OBJECT_JUMPS_H
#define OKOBPF_OBJECT_JUMPS_H 1

#include "insn.h"
#include "object/load.h"

/* Most tables that one function may use. */
#define ELF_MAX_JUMP_TABLES 1024

/* What control may jump to: byte in the section, instruction in the image. */
struct jump_place {
    uint32_t value;
    uint32_t insn;
};

struct jump_table {
    uint32_t section;
    uint64_t offset;
    size_t first, n;            /* In 'places'. */
};

struct jumps {
    struct loader *ld;
    const struct elf_function *f;
    uint32_t end;               /* Instruction just past the function. */

    struct jump_table *tables;
    size_t n_tables;
    struct jump_place *places;  /* Of one table after the other. */
    size_t n_places;
    size_t allocated_places;

    struct jump_sets *sets;     /* In front of each instruction.  NULL if they
                                 * are not known. */

    /* The comparisons that take the place of one jump. */
    struct bpf_insn *code;
    size_t n_code;
};

static inline bool
elf_is_indirect_jump(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_JMP | BPF_X | BPF_JA)
           && bpf_dst(insn) < BPF_N_REGS && !bpf_src(insn)
           && !insn->offset && !insn->imm;
}

static inline bool
elf_is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

/* Reports that the indirect jump, or the reference to a table, at 'insn' can't
 * be replaced.  Returns 'status'. */
enum okobpf_status okobpf_elf_bad_jump(const struct jumps *, uint32_t insn,
                                       enum okobpf_status status,
                                       const char *problem);

/* jump-tables.c. */

/* Finds the tables that the function refers to.  Returns OKOBPF_OK, or reports
 * the failure. */
enum okobpf_status okobpf_elf_find_jump_tables(struct jumps *);

/* Finds out which tables each jump may have loaded from: allocates 'sets'.
 * Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_find_jump_sets(struct jumps *);

/* Whether the jump at 'index' may load from table 'table'. */
bool okobpf_elf_jump_may_use(const struct jumps *, uint32_t index,
                             size_t table);

#endif /* jumps.h */
