/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

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

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/jumps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

/* Places to compare with one after the other, at most. */
#define MAX_LINEAR 4

enum okobpf_status
okobpf_elf_bad_jump(const struct jumps *j, uint32_t insn,
                    enum okobpf_status status, const char *problem)
{
    uint64_t offset;
    const char *section = okobpf_elf_insn_section(j->ld, insn, &offset);

    return okobpf_report_fail(
        j->ld->report, status, "compile with -fno-jump-tables",
        "section \"%s\" offset %"PRIu64": indirect jump, %s", section,
        offset, problem);
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
emit_search(struct jumps *j, int reg, const struct jump_place *places,
            size_t n)
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
    const struct jump_place *a = a_;
    const struct jump_place *b = b_;

    return a->value < b->value ? -1 : a->value > b->value;
}

/* Leaves each place once in the 'n' 'places', sorts them and returns how many
 * there are. */
static size_t
sort_places(struct jump_place *places, size_t n)
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
    struct indirect_jump *jumps = okobpf_mem_resize(ld->jumps, ld->n_jumps + 1,
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
replace_jump(struct jumps *j, uint32_t index, const struct jump_place *places,
             size_t n)
{
    struct loader *ld = j->ld;
    struct image *image = ld->image;
    int reg = bpf_dst(&image->insns[index]);
    uint32_t start = image->n_insns;
    enum okobpf_status status;

    j->n_code = 0;
    j->code = okobpf_mem_alloc(3 * (uint64_t) n, sizeof *j->code);
    if (!j->code) {
        return okobpf_elf_no_memory(ld);
    }
    if (!emit_search(j, reg, places, n)) {
        status = okobpf_elf_bad_jump(j, index, OKOBPF_LIMIT,
                                     "with a table that is too large");
    } else {
        status = okobpf_elf_reserve_insns(ld, j->n_code);
    }
    if (status == OKOBPF_OK && !note_jump(ld, index, start)) {
        status = okobpf_elf_no_memory(ld);
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
find_places_and_replace(struct jumps *j, uint32_t index,
                        struct jump_place *places)
{
    struct loader *ld = j->ld;
    size_t n = 0;

    for (size_t i = 0; i < j->n_tables; i++) {
        const struct jump_table *table = &j->tables[i];

        if (okobpf_elf_jump_may_use(j, index, i)) {
            memcpy(places + n, j->places + table->first,
                   table->n * sizeof *places);
            n += table->n;
        }
    }

    /* Many jumps by many tables that have the same places make little code,
     * but take long to sort. */
    if (n > 16 * (uint64_t) ld->limits->max_insns - ld->n_jump_places) {
        return okobpf_elf_bad_jump(j, index, OKOBPF_LIMIT,
                                   "one of too many with too many tables");
    }
    ld->n_jump_places += n;
    n = sort_places(places, n);
    return (n ? replace_jump(j, index, places, n)
            : okobpf_elf_bad_jump(j, index, OKOBPF_BAD_OBJECT,
                                  "and no table of places to jump to"));
}

static enum okobpf_status
replace_jumps(struct jumps *j)
{
    enum okobpf_status status;
    struct jump_place *places;

    status = okobpf_elf_find_jump_tables(j);
    if (status != OKOBPF_OK) {
        return status;
    }
    for (size_t i = 0; i < j->n_tables; i++) {
        struct jump_table *table = &j->tables[i];

        table->n = sort_places(j->places + table->first, table->n);
    }
    status = okobpf_elf_find_jump_sets(j);
    if (status != OKOBPF_OK) {
        return status;
    }

    places = okobpf_mem_alloc(j->n_places, sizeof *places);
    if (!places) {
        return okobpf_elf_no_memory(j->ld);
    }
    for (uint32_t i = j->f->base; status == OKOBPF_OK && i < j->end; i++) {
        const struct bpf_insn *insn = &j->ld->image->insns[i];

        if (elf_is_wide(insn)) {
            i++;
        } else if (elf_is_indirect_jump(insn)) {
            status = find_places_and_replace(j, i, places);
        }
    }
    free(places);
    return status;
}

enum okobpf_status
okobpf_elf_replace_jumps(struct loader *ld, const struct elf_function *f)
{
    struct jumps j = { .ld = ld, .f = f, .end = ld->image->n_insns };
    enum okobpf_status status;
    bool found = false;

    for (uint32_t i = f->base; i < j.end && !found; i++) {
        const struct bpf_insn *insn = &ld->image->insns[i];

        found = elf_is_indirect_jump(insn);
        i += elf_is_wide(insn);
    }
    if (!found) {
        return OKOBPF_OK;
    }

    j.tables = okobpf_mem_alloc(ELF_MAX_JUMP_TABLES, sizeof *j.tables);
    status = j.tables ? replace_jumps(&j) : okobpf_elf_no_memory(ld);
    free(j.tables);
    free(j.places);
    free(j.sets);
    return status;
}
