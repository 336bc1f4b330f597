/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Finds the tables that indirect jumps load from. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/jumps.h"

#include <stdlib.h>
#include <string.h>
#include "mem.h"

/* Tables. */

bool
okobpf_elf_is_jump_tables(const struct elf_section *sec)
{
    return sec->type == ELF_SHT_PROGBITS && !strcmp(sec->name, ".jumptables");
}

bool
okobpf_elf_code_address(const struct elf *elf, const struct elf_section *sec,
                        const struct elf_rel *rel, uint64_t *address)
{
    const struct elf_symbol *sym = &elf->symbols[rel->symbol];
    uint64_t addend;

    if (rel->type != R_BPF_64_ABS64 || sym->section >= elf->n_sections
        || !elf_section_is_code(&elf->sections[sym->section])
        || sec->type != ELF_SHT_PROGBITS
        || !elf_in_range(rel->offset, sizeof addend, sec->size)) {
        return false;
    }
    memcpy(&addend, sec->data + rel->offset, sizeof addend);
    *address = sym->value + addend;
    return true;
}

/* Adds the place at 'value' of the function's section.  Returns false if it is
 * not in the function. */
static bool
add_place(struct jumps *j, uint64_t value)
{
    const struct elf_function *f = j->f;

    if (value < f->start || value >= f->end || value % sizeof(struct bpf_insn)
        || value > INT32_MAX) {
        return false;
    }
    j->places[j->n_places++] = (struct jump_place) {
        .value = value,
        .insn = f->base + (value - f->start) / sizeof(struct bpf_insn),
    };
    return true;
}

/* Makes room for 'n' more places. */
static enum okobpf_status
reserve_places(struct jumps *j, uint32_t insn, uint64_t n)
{
    struct loader *ld = j->ld;

    /* Each is looked at again for each function that refers to it. */
    if (n > 4 * (uint64_t) ld->limits->max_insns - ld->n_table_entries) {
        return okobpf_elf_bad_jump(j, insn, OKOBPF_LIMIT,
                                   "with a table that is too large");
    }
    ld->n_table_entries += n;
    if (j->n_places + n > j->allocated_places) {
        size_t allocated = 2 * (j->n_places + n);
        struct jump_place *places = okobpf_mem_resize(j->places, allocated,
                                          sizeof *places);

        if (!places) {
            return okobpf_elf_no_memory(ld);
        }
        j->places = places;
        j->allocated_places = allocated;
    }
    return OKOBPF_OK;
}

/* Adds the places in a table that the compiler has named, of which each entry
 * is 8 bytes. */
static enum okobpf_status
add_table_entries(struct jumps *j, uint32_t insn, const struct elf_symbol *sym)
{
    const struct elf_section *sec = &j->ld->elf.sections[sym->section];
    enum okobpf_status status;

    if (sym->size % 8 || !elf_in_range(sym->value, sym->size, sec->size)) {
        return okobpf_elf_bad_jump(j, insn, OKOBPF_BAD_OBJECT,
                                   "whose table is damaged");
    }
    status = reserve_places(j, insn, sym->size / 8);
    for (uint64_t i = 0; status == OKOBPF_OK && i < sym->size; i += 8) {
        uint64_t value;

        memcpy(&value, sec->data + sym->value + i, sizeof value);
        if (!add_place(j, value)) {
            status
                = okobpf_elf_bad_jump(j, insn, OKOBPF_BAD_OBJECT,
                                      "whose table leads out of the function");
        }
    }
    return status;
}

/* Adds the places in the function whose addresses stand in data section
 * 'section'. */
static enum okobpf_status
add_label_addresses(struct jumps *j, uint32_t insn, uint32_t section)
{
    const struct elf *elf = &j->ld->elf;
    const struct elf_section *sec = &elf->sections[section];
    const struct section_rels *sr;
    enum okobpf_status status;

    status = okobpf_elf_section_rels(j->ld, section, &sr);
    if (status == OKOBPF_OK) {
        status = reserve_places(j, insn, sr->n);
    }
    for (size_t i = 0; status == OKOBPF_OK && i < sr->n; i++) {
        uint64_t value;

        if (elf->symbols[sr->rels[i].symbol].section == j->f->section
            && okobpf_elf_code_address(elf, sec, &sr->rels[i], &value)) {
            add_place(j, value);
        }
    }
    return status;
}

/* Returns the function's table that the instruction at 'index' loads the
 * address of, or -1 if it loads something else. */
static int
table_at(const struct jumps *j, uint32_t index)
{
    const struct loader *ld = j->ld;
    const struct insn_rel *rel = &ld->rels[index];

    if (rel->type == R_BPF_64_64) {
        const struct elf_symbol *sym = &ld->elf.symbols[rel->symbol];

        for (size_t i = 0; i < j->n_tables; i++) {
            if (j->tables[i].section == sym->section
                && j->tables[i].offset == sym->value) {
                return i;
            }
        }
    }
    return -1;
}

/* Finds the tables that the function refers to. */
enum okobpf_status
okobpf_elf_find_jump_tables(struct jumps *j)
{
    struct loader *ld = j->ld;
    const struct elf *elf = &ld->elf;

    for (uint32_t i = j->f->base; i < j->end; i++) {
        const struct elf_symbol *sym;
        size_t first = j->n_places;
        enum okobpf_status status;

        if (ld->rels[i].type != R_BPF_64_64
            || !elf_is_wide(&ld->image->insns[i])) {
            continue;
        }
        sym = &elf->symbols[ld->rels[i].symbol];
        if (sym->section >= elf->n_sections
            || elf->sections[sym->section].type != ELF_SHT_PROGBITS
            || elf_section_is_code(&elf->sections[sym->section])
            || table_at(j, i) >= 0) {
            continue;
        }
        if (j->n_tables >= ELF_MAX_JUMP_TABLES) {
            return okobpf_elf_bad_jump(j, i, OKOBPF_LIMIT,
                                       "in a function with too many tables");
        }
        status = (okobpf_elf_is_jump_tables(&elf->sections[sym->section])
                  ? add_table_entries(j, i, sym)
                  : add_label_addresses(j, i, sym->section));
        if (status != OKOBPF_OK) {
            return status;
        }
        if (j->n_places > first) {
            j->tables[j->n_tables++] = (struct jump_table) {
                .section = sym->section,
                .offset = sym->value,
                .first = first,
                .n = j->n_places - first,
            };
        }
    }
    return OKOBPF_OK;
}

/* Which tables a jump may have loaded from.
 *
 * Each register, and the stack as a whole, has a set of tables: those whose
 * addresses went into the computation of its content.  Bit i is table number
 * i.  These sets spread along the flow of control until nothing changes. */

/* Most tables that sets are kept of, and most steps to take for an object. */
#define MAX_SET 64
#define MAX_STEPS 2000000

enum { STACK = BPF_N_REGS - 1, N_SETS = BPF_N_REGS };

struct jump_sets {
    uint64_t of[N_SETS];        /* Of r0 to r9, and of the stack. */
    bool reached;
};

/* Changes '*s' as the instruction at 'index' does. */
static void
step(const struct jumps *j, uint32_t index, struct jump_sets *s)
{
    const struct bpf_insn *insn = &j->ld->image->insns[index];
    uint64_t *dst = &s->of[bpf_dst(insn) % N_SETS];
    uint64_t src = s->of[bpf_src(insn) % N_SETS];
    int table;

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_LD:
        if (elf_is_wide(insn)) {
            table = table_at(j, index);
            *dst = table >= 0 ? UINT64_C(1) << table : 0;
        } else {
            memset(s->of, 0, 6 * sizeof s->of[0]);
        }
        break;
    case BPF_LDX:
        *dst = src;
        break;
    case BPF_STX:
        s->of[STACK] |= src;
        if (BPF_MODE(insn->opcode) == BPF_ATOMIC && insn->imm & BPF_FETCH) {
            s->of[0] = 0;
            s->of[bpf_src(insn) % N_SETS] = 0;
        }
        break;
    case BPF_ALU:
    case BPF_ALU64:
        if (bpf_dst(insn) == STACK) {
            break;
        }
        if (BPF_OP(insn->opcode) == BPF_MOV) {
            *dst = 0;
        }
        if (BPF_SOURCE(insn->opcode) == BPF_X
            && BPF_OP(insn->opcode) != BPF_END) {
            *dst |= src;
        }
        break;
    case BPF_JMP:
        if (BPF_OP(insn->opcode) == BPF_CALL) {
            memset(s->of, 0, 6 * sizeof s->of[0]);
        }
        break;
    }
}

/* Adds '*from' to the sets in front of the instruction at 'index', if it is in
 * the function.  Returns true if that changes them. */
static bool
spread(const struct jumps *j, const struct jump_sets *from, int64_t index)
{
    struct jump_sets *to;
    bool changed;

    if (index < j->f->base || index >= j->end) {
        return false;
    }
    to = &j->sets[index - j->f->base];
    changed = !to->reached;
    to->reached = true;
    for (int i = 0; i < N_SETS; i++) {
        changed |= (from->of[i] & ~to->of[i]) != 0;
        to->of[i] |= from->of[i];
    }
    return changed;
}

/* Whether the jump at 'index' may load from table 'table'. */
bool
okobpf_elf_jump_may_use(const struct jumps *j, uint32_t index, size_t table)
{
    uint64_t set = 0;

    if (j->sets) {
        set = j->sets[index - j->f->base].of[
            bpf_dst(&j->ld->image->insns[index])];
    }
    /* If it is not known, then all that there are. */
    return !set || set >> table & 1;
}

/* Spreads the sets behind the instruction at 'index' to what comes next.
 * Returns true if that changes a set. */
static bool
spread_from(const struct jumps *j, uint32_t index)
{
    const struct bpf_insn *insn = &j->ld->image->insns[index];
    struct jump_sets s = j->sets[index - j->f->base];
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);
    bool changed = false;

    step(j, index, &s);
    j->ld->n_jump_steps++;
    if (elf_is_indirect_jump(insn)) {
        for (size_t i = 0; i < j->n_tables; i++) {
            const struct jump_table *table = &j->tables[i];

            if (!okobpf_elf_jump_may_use(j, index, i)) {
                continue;
            }
            j->ld->n_jump_steps += table->n;
            for (size_t k = 0; k < table->n; k++) {
                changed |= spread(j, &s, j->places[table->first + k].insn);
            }
        }
        return changed;
    }
    if ((class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL) {
        bool wide_offset = class == BPF_JMP32 && op == BPF_JA;

        if (op == BPF_EXIT) {
            return false;
        }
        changed |= spread(j, &s, (int64_t) index + 1
                          + (wide_offset ? insn->imm : insn->offset));
        if (op == BPF_JA) {
            return changed;
        }
    }
    return changed | spread(j, &s, (int64_t) index + 1 + elf_is_wide(insn));
}

enum okobpf_status
okobpf_elf_find_jump_sets(struct jumps *j)
{
    bool changed = true;

    if (j->n_tables > MAX_SET) {
        return OKOBPF_OK;
    }
    j->sets = okobpf_mem_alloc(j->end - j->f->base, sizeof *j->sets);
    if (!j->sets) {
        return okobpf_elf_no_memory(j->ld);
    }
    j->sets[0].reached = true;
    while (changed) {
        changed = false;
        for (uint32_t i = j->f->base; i < j->end; i++) {
            if (j->sets[i - j->f->base].reached) {
                changed |= spread_from(j, i);
            }
            if (j->ld->n_jump_steps > MAX_STEPS) {
                free(j->sets);
                j->sets = NULL;
                return OKOBPF_OK;
            }
        }
    }
    return OKOBPF_OK;
}
