/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */


#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* Puts comparisons in the place of indirect jumps.
 *
 * For a long "switch", and for "goto *", clang from version 22 on may emit a
 * table of places in the code, a load from that table and a jump to what was
 * loaded ("gotox").  The engines and the verifier know no such jump.  Instead,
 *
 *    r2 = *(u64 *)(r3 + 0)
 *    gotox r2
 *
 * becomes a jump to code behind the function that compares r2 with each place
 * that its table holds, in the manner of a binary search, and jumps there.
 * The table remains, as read-only data: its places are bytes from the start of
 * their section, and these are what r2 is compared with.
 *
 * The jump's table is the one whose address goes into what its register is
 * loaded from.  Where that may be several, or is not known, they are taken
 * together.  A value that is in none of them, which no compiler lets happen,
 * leads to one of the places nevertheless: the verifier checks all of them. */

#include "elf-load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

/* Most tables that one function may use. */
#define MAX_TABLES 1024

/* Places to compare with one after the other, at most. */
#define MAX_LINEAR 4

/* What control may jump to: byte in the section, instruction in the image. */
struct place {
    uint32_t value;
    uint32_t insn;
};

struct table {
    uint32_t section;
    uint64_t offset;
    size_t first, n;            /* In 'places'. */
};

struct jumps {
    struct loader *ld;
    const struct elf_function *f;
    uint32_t end;               /* Instruction just past the function. */

    struct table *tables;
    size_t n_tables;
    struct place *places;       /* Of one table after the other. */
    size_t n_places;
    size_t allocated_places;

    struct sets *sets;          /* In front of each instruction. */
    bool know_sets;             /* Otherwise 'sets' is of no use. */

    /* The comparisons that take the place of one jump. */
    struct bpf_insn *code;
    size_t n_code;
};

static enum okobpf_status
no_memory(struct loader *ld)
{
    return report_fail(ld->report, OKOBPF_NO_MEMORY, NULL, "out of memory");
}

static enum okobpf_status
bad_jump(const struct jumps *j, uint32_t insn, enum okobpf_status status,
         const char *problem)
{
    uint64_t offset;
    const char *section = elf_insn_section(j->ld, insn, &offset);

    return report_fail(j->ld->report, status,
                       "compile with -fno-jump-tables",
                       "section \"%s\" offset %"PRIu64": indirect jump, %s",
                       section, offset, problem);
}

static bool
is_indirect_jump(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_JMP | BPF_X | BPF_JA)
           && bpf_dst(insn) < BPF_N_REGS && !bpf_src(insn)
           && !insn->offset && !insn->imm;
}

static bool
is_wide(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
}

/* Tables. */

bool
elf_is_jump_tables(const struct elf_section *sec)
{
    return sec->type == ELF_SHT_PROGBITS && !strcmp(sec->name, ".jumptables");
}

bool
elf_code_address(const struct elf *elf, const struct elf_section *sec,
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
    j->places[j->n_places++] = (struct place) {
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
        return bad_jump(j, insn, OKOBPF_LIMIT, "with a table that is too "
                        "large");
    }
    ld->n_table_entries += n;
    if (j->n_places + n > j->allocated_places) {
        size_t allocated = 2 * (j->n_places + n);
        struct place *places = mem_resize(j->places, allocated,
                                          sizeof *places);

        if (!places) {
            return no_memory(ld);
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
        return bad_jump(j, insn, OKOBPF_BAD_OBJECT, "whose table is damaged");
    }
    status = reserve_places(j, insn, sym->size / 8);
    for (uint64_t i = 0; status == OKOBPF_OK && i < sym->size; i += 8) {
        uint64_t value;

        memcpy(&value, sec->data + sym->value + i, sizeof value);
        if (!add_place(j, value)) {
            status = bad_jump(j, insn, OKOBPF_BAD_OBJECT,
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

    status = elf_section_rels(j->ld, section, &sr);
    if (status == OKOBPF_OK) {
        status = reserve_places(j, insn, sr->n);
    }
    for (size_t i = 0; status == OKOBPF_OK && i < sr->n; i++) {
        uint64_t value;

        if (elf->symbols[sr->rels[i].symbol].section == j->f->section
            && elf_code_address(elf, sec, &sr->rels[i], &value)) {
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
static enum okobpf_status
find_tables(struct jumps *j)
{
    struct loader *ld = j->ld;
    const struct elf *elf = &ld->elf;

    for (uint32_t i = j->f->base; i < j->end; i++) {
        const struct elf_symbol *sym;
        size_t first = j->n_places;
        enum okobpf_status status;

        if (ld->rels[i].type != R_BPF_64_64
            || !is_wide(&ld->image->insns[i])) {
            continue;
        }
        sym = &elf->symbols[ld->rels[i].symbol];
        if (sym->section >= elf->n_sections
            || elf->sections[sym->section].type != ELF_SHT_PROGBITS
            || elf_section_is_code(&elf->sections[sym->section])
            || table_at(j, i) >= 0) {
            continue;
        }
        if (j->n_tables >= MAX_TABLES) {
            return bad_jump(j, i, OKOBPF_LIMIT, "in a function with too many "
                            "tables");
        }
        status = (elf_is_jump_tables(&elf->sections[sym->section])
                  ? add_table_entries(j, i, sym)
                  : add_label_addresses(j, i, sym->section));
        if (status != OKOBPF_OK) {
            return status;
        }
        if (j->n_places > first) {
            j->tables[j->n_tables++] = (struct table) {
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

struct sets {
    uint64_t of[N_SETS];        /* Of r0 to r9, and of the stack. */
    bool reached;
};

/* Changes '*s' as the instruction at 'index' does. */
static void
step(const struct jumps *j, uint32_t index, struct sets *s)
{
    const struct bpf_insn *insn = &j->ld->image->insns[index];
    uint64_t *dst = &s->of[bpf_dst(insn) % N_SETS];
    uint64_t src = s->of[bpf_src(insn) % N_SETS];
    int table;

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_LD:
        if (is_wide(insn)) {
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
spread(const struct jumps *j, const struct sets *from, int64_t index)
{
    struct sets *to;
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
static bool
may_use(const struct jumps *j, uint32_t index, size_t table)
{
    const struct sets *s = &j->sets[index - j->f->base];
    uint64_t set = s->of[bpf_dst(&j->ld->image->insns[index])];

    /* If it is not known, then all that there are. */
    return !j->know_sets || !set || set >> table & 1;
}

/* Spreads the sets behind the instruction at 'index' to what comes next.
 * Returns true if that changes a set. */
static bool
spread_from(const struct jumps *j, uint32_t index)
{
    const struct bpf_insn *insn = &j->ld->image->insns[index];
    struct sets s = j->sets[index - j->f->base];
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);
    bool changed = false;

    step(j, index, &s);
    j->ld->n_jump_steps++;
    if (is_indirect_jump(insn)) {
        for (size_t i = 0; i < j->n_tables; i++) {
            const struct table *table = &j->tables[i];

            if (!may_use(j, index, i)) {
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
    return changed | spread(j, &s, (int64_t) index + 1 + is_wide(insn));
}

/* Fills in 'j->sets' and 'j->know_sets'. */
static void
find_sets(struct jumps *j)
{
    bool changed = true;

    if (j->n_tables > MAX_SET) {
        return;
    }
    j->know_sets = true;
    j->sets[0].reached = true;
    while (changed) {
        changed = false;
        for (uint32_t i = j->f->base; i < j->end; i++) {
            if (j->sets[i - j->f->base].reached) {
                changed |= spread_from(j, i);
            }
            if (j->ld->n_jump_steps > MAX_STEPS) {
                j->know_sets = false;
                return;
            }
        }
    }
}

/* Comparisons. */

static void
emit(struct jumps *j, int opcode, int dst, int32_t imm)
{
    j->code[j->n_code++] = (struct bpf_insn) {
        .opcode = opcode, .regs = dst, .imm = imm,
    };
}

/* The distance from behind the instruction that was emitted last to 'target',
 * an instruction of the image. */
static int64_t
distance(const struct jumps *j, uint32_t target)
{
    return (int64_t) target - j->ld->image->n_insns - (int64_t) j->n_code;
}

static void
emit_goto(struct jumps *j, uint32_t target)
{
    emit(j, BPF_JMP32 | BPF_JA, 0, 0);
    j->code[j->n_code - 1].imm = distance(j, target);
}

/* Emits code that jumps to that one of the 'n' 'places', by increasing value,
 * that register 'reg' says.  Returns false if it would get too long. */
static bool
emit_search(struct jumps *j, int reg, const struct place *places, size_t n)
{
    if (n > MAX_LINEAR) {
        size_t left = n / 2;
        size_t branch = j->n_code;

        emit(j, BPF_JMP | BPF_JGT | BPF_K, reg, places[left - 1].value);
        if (!emit_search(j, reg, places, left)
            || j->n_code - branch - 1 > INT16_MAX) {
            return false;
        }
        j->code[branch].offset = j->n_code - branch - 1;
        return emit_search(j, reg, places + left, n - left);
    }

    for (size_t i = 0; i + 1 < n; i++) {
        int64_t offset;

        emit(j, BPF_JMP | BPF_JEQ | BPF_K, reg, places[i].value);
        offset = distance(j, places[i].insn);
        if (offset >= INT16_MIN) {
            j->code[j->n_code - 1].offset = offset;
        } else {
            j->code[j->n_code - 1].opcode = BPF_JMP | BPF_JNE | BPF_K;
            j->code[j->n_code - 1].offset = 1;
            emit_goto(j, places[i].insn);
        }
    }
    emit_goto(j, places[n - 1].insn);
    return true;
}

static int
compare_places(const void *a_, const void *b_)
{
    const struct place *a = a_;
    const struct place *b = b_;

    return a->value < b->value ? -1 : a->value > b->value;
}

/* Leaves each place once in the 'n' 'places', sorts them and returns how many
 * there are. */
static size_t
sort_places(struct place *places, size_t n)
{
    size_t n_distinct = 0;

    qsort(places, n, sizeof *places, compare_places);
    for (size_t i = 0; i < n; i++) {
        if (!n_distinct || places[i].value != places[n_distinct - 1].value) {
            places[n_distinct++] = places[i];
        }
    }
    return n_distinct;
}

/* Notes that the code for the jump at 'insn' begins at 'code', for the line
 * information. */
static bool
note_jump(struct loader *ld, uint32_t insn, uint32_t code)
{
    struct indirect_jump *jumps = mem_resize(ld->jumps, ld->n_jumps + 1,
                                             sizeof *jumps);
    if (!jumps) {
        return false;
    }
    ld->jumps = jumps;
    jumps[ld->n_jumps++] = (struct indirect_jump) { insn, code };
    return true;
}

/* Replaces the jump at 'index', which leads to one of the 'n' 'places'. */
static enum okobpf_status
replace_jump(struct jumps *j, uint32_t index, const struct place *places,
             size_t n)
{
    struct loader *ld = j->ld;
    struct image *image = ld->image;
    int reg = bpf_dst(&image->insns[index]);
    uint32_t start = image->n_insns;
    enum okobpf_status status;

    j->n_code = 0;
    j->code = mem_alloc(3 * (uint64_t) n, sizeof *j->code);
    if (!j->code) {
        return no_memory(ld);
    }
    if (!emit_search(j, reg, places, n)) {
        status = bad_jump(j, index, OKOBPF_LIMIT, "with a table that is too "
                          "large");
    } else {
        status = elf_reserve_insns(ld, j->n_code);
    }
    if (status == OKOBPF_OK && !note_jump(ld, index, start)) {
        status = no_memory(ld);
    }
    if (status == OKOBPF_OK) {
        memcpy(image->insns + start, j->code, j->n_code * sizeof *j->code);
        memset(ld->rels + start, 0, j->n_code * sizeof *ld->rels);
        image->n_insns += j->n_code;
        image->insns[index] = (struct bpf_insn) {
            .opcode = BPF_JMP32 | BPF_JA,
            .imm = start - index - 1,
        };
    }
    free(j->code);
    return status;
}

/* Replaces the jump at 'index'.  'places' has room for those of all tables. */
static enum okobpf_status
find_places_and_replace(struct jumps *j, uint32_t index, struct place *places)
{
    size_t n = 0;

    for (size_t i = 0; i < j->n_tables; i++) {
        const struct table *table = &j->tables[i];

        if (may_use(j, index, i)) {
            memcpy(places + n, j->places + table->first,
                   table->n * sizeof *places);
            n += table->n;
        }
    }
    n = sort_places(places, n);
    return (n ? replace_jump(j, index, places, n)
            : bad_jump(j, index, OKOBPF_BAD_OBJECT,
                       "and no table of places to jump to"));
}

static enum okobpf_status
replace_jumps(struct jumps *j)
{
    enum okobpf_status status;
    struct place *places;

    status = find_tables(j);
    if (status != OKOBPF_OK) {
        return status;
    }
    for (size_t i = 0; i < j->n_tables; i++) {
        struct table *table = &j->tables[i];

        table->n = sort_places(j->places + table->first, table->n);
    }
    find_sets(j);

    places = mem_alloc(j->n_places, sizeof *places);
    if (!places) {
        return no_memory(j->ld);
    }
    for (uint32_t i = j->f->base; status == OKOBPF_OK && i < j->end; i++) {
        const struct bpf_insn *insn = &j->ld->image->insns[i];

        if (is_wide(insn)) {
            i++;
        } else if (is_indirect_jump(insn)) {
            status = find_places_and_replace(j, i, places);
        }
    }
    free(places);
    return status;
}

enum okobpf_status
elf_replace_jumps(struct loader *ld, const struct elf_function *f)
{
    struct jumps j = { .ld = ld, .f = f, .end = ld->image->n_insns };
    enum okobpf_status status;
    bool found = false;

    for (uint32_t i = f->base; i < j.end && !found; i++) {
        const struct bpf_insn *insn = &ld->image->insns[i];

        found = is_indirect_jump(insn);
        i += is_wide(insn);
    }
    if (!found) {
        return OKOBPF_OK;
    }

    j.tables = mem_alloc(MAX_TABLES, sizeof *j.tables);
    j.sets = mem_alloc(j.end - f->base, sizeof *j.sets);
    status = j.tables && j.sets ? replace_jumps(&j) : no_memory(ld);
    free(j.tables);
    free(j.places);
    free(j.sets);
    return status;
}
