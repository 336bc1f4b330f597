/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Chooses the program of an object.
 *
 * Programs of the second ABI are in sections called "filter" or "filter/NAME",
 * or, if the object was compiled with <oko/xdp.h>, in any but ".text": each
 * function there that no other of its section calls.  Without such a section,
 * each section of code has one program, of the first ABI: the function called
 * "entry", or else what begins at offset 0.
 *
 * The caller may name a section or a function.  If it does not, the first
 * section is taken: "filter" before those of XDP, these before others. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/load.h"

#include <stdlib.h>
#include <string.h>
#include "mem.h"

#define MAX_NAME 256
#define MAX_LISTED 16           /* Programs in a list for people. */

/* A function that may be a program. */
struct candidate {
    uint64_t start;             /* Bytes in the section. */
    const char *name;
    bool global;
    bool called;                /* By another of the section. */
};

bool
okobpf_elf_is_filter_section(const char *name)
{
    return !strcmp(name, "filter") || !strncmp(name, "filter/", 7);
}

static enum okobpf_abi
section_abi(const struct loader *ld, const char *name)
{
    return (okobpf_elf_is_filter_section(name)
            || (ld->mark == ELF_MARK_XDP && strcmp(name, ".text"))
            ? OKOBPF_ABI_CONTEXT : OKOBPF_ABI_PACKET);
}

/* How much rather the program is in the section called 'name' than in others,
 * if the caller names none: 0 for not at all if there are others. */
static int
section_rank(const struct loader *ld, const char *name)
{
    return (okobpf_elf_is_filter_section(name) ? 3
            : section_abi(ld, name) == OKOBPF_ABI_PACKET ? 0
            : !strncmp(name, "xdp", 3) ? 2
            : 1);
}

/* Returns the index of the section to load, called 'name' unless it is NULL,
 * or 0 if there is none. */
static uint32_t
choose_section(const struct loader *ld, const char *name)
{
    uint32_t best = 0;
    int best_rank = -1;

    for (uint32_t i = 1; i < ld->elf.n_sections; i++) {
        const struct elf_section *sec = &ld->elf.sections[i];
        int rank;

        if (!elf_section_is_code(sec)
            || (name && strcmp(sec->name, name))) {
            continue;
        }
        rank = section_rank(ld, sec->name);
        if (rank > best_rank) {
            best_rank = rank;
            best = i;
        }
    }
    return best;
}

/* The functions of a section. */

static int
compare_candidates(const void *a_, const void *b_)
{
    const struct candidate *a = a_;
    const struct candidate *b = b_;

    return (a->start != b->start ? (a->start < b->start ? -1 : 1)
            : a->global != b->global ? (a->global ? -1 : 1)
            : strcmp(a->name, b->name));
}

/* Notes that the function at 'start' is called. */
static void
mark_called(struct candidate *candidates, size_t n, uint64_t start)
{
    size_t low = 0;
    size_t high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (candidates[mid].start < start) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low < n && candidates[low].start == start) {
        candidates[low].called = true;
    }
}

/* Notes which of the 'n' 'candidates' in section 'index' others of the section
 * call. */
static enum okobpf_status
find_called(struct loader *ld, uint32_t index, struct candidate *candidates,
            size_t n)
{
    const struct elf_section *sec = &ld->elf.sections[index];
    enum okobpf_status status;
    struct elf_rel *rels;
    size_t n_rels, r = 0;

    status = okobpf_elf_get_rels(&ld->elf, index, &rels, &n_rels, ld->report);
    if (status != OKOBPF_OK) {
        return status;
    }
    for (uint64_t ofs = 0; ofs + sizeof(struct bpf_insn) <= sec->size;
         ofs += sizeof(struct bpf_insn)) {
        struct bpf_insn insn;

        memcpy(&insn, sec->data + ofs, sizeof insn);
        while (r < n_rels && rels[r].offset < ofs) {
            r++;
        }
        if (insn.opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            ofs += sizeof insn;
        } else if (insn.opcode != (BPF_JMP | BPF_CALL)) {
            continue;
        } else if (r < n_rels && rels[r].offset == ofs) {
            const struct elf_symbol *sym = &ld->elf.symbols[rels[r].symbol];

            if (sym->section == index) {
                mark_called(candidates, n,
                            sym->value + ((int64_t) insn.imm + 1) * 8);
            }
        } else if (bpf_src(&insn) == BPF_CALL_LOCAL) {
            mark_called(candidates, n, ofs + ((int64_t) insn.imm + 1) * 8);
        }
    }
    free(rels);
    return OKOBPF_OK;
}

/* Stores the programs in section 'index' in '*programs', which the caller must
 * free(), and how many they are in '*np': 1 at least. */
static enum okobpf_status
find_programs(struct loader *ld, uint32_t index,
              struct candidate **programs, size_t *np)
{
    const struct elf *elf = &ld->elf;
    bool by_context = (section_abi(ld, elf->sections[index].name)
                       == OKOBPF_ABI_CONTEXT);
    enum okobpf_status status = OKOBPF_OK;
    struct candidate *c = okobpf_mem_alloc(elf->n_symbols + 1ULL, sizeof *c);
    struct candidate at_0 = { .name = "entry" };
    size_t n = 0;
    size_t n_left = 0;

    *programs = c;
    if (!c) {
        return okobpf_elf_no_memory(ld);
    }
    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const struct elf_symbol *sym = &elf->symbols[i];

        if (sym->section == index && sym->type == ELF_STT_FUNC) {
            c[n++] = (struct candidate) {
                .start = sym->value,
                .name = sym->name[0] ? sym->name : "entry",
                .global = sym->global,
            };
        }
    }
    qsort(c, n, sizeof *c, compare_candidates);
    if (n && !c[0].start) {
        at_0.name = c[0].name;
    }

    if (by_context) {
        status = n > 1 ? find_called(ld, index, c, n) : OKOBPF_OK;
        for (size_t i = 0; i < n; i++) {
            if (!c[i].called && (!i || c[i].start != c[i - 1].start)) {
                c[n_left++] = c[i];
            }
        }
    } else {
        for (size_t i = 0; i < n && !n_left; i++) {
            if (!strcmp(c[i].name, "entry")) {
                c[n_left++] = c[i];
            }
        }
    }
    if (!n_left) {
        c[n_left++] = at_0;
    }
    *np = n_left;
    return status;
}

/* Lists. */

/* Adds a program to the image's list of those of the object. */
static bool
list_program(struct image *image, const char *section, const char *name)
{
    struct program_name *p = &image->programs[image->n_programs];

    p->section = okobpf_image_strdup(image, section, MAX_NAME);
    p->name = okobpf_image_strdup(image, name, MAX_NAME);
    if (!p->section || !p->name) {
        return false;
    }
    image->n_programs++;
    return true;
}

/* Fills in the image's list of the programs of the object, the first of many
 * if there are more than people read. */
static enum okobpf_status
list_programs(struct loader *ld)
{
    struct image *image = ld->image;
    uint32_t first = choose_section(ld, NULL);
    bool ranked = (first
                   && section_rank(ld, ld->elf.sections[first].name) > 0);

    image->programs = okobpf_image_alloc(image,
                                         MAX_LISTED * sizeof *image->programs);
    if (!image->programs) {
        return okobpf_elf_no_memory(ld);
    }
    for (uint32_t i = 1; i < ld->elf.n_sections
         && image->n_programs < MAX_LISTED; i++) {
        const struct elf_section *sec = &ld->elf.sections[i];
        enum okobpf_status status;
        struct candidate *programs;
        size_t n = 0;

        if (!elf_section_is_code(sec)
            || (ranked && !section_rank(ld, sec->name))) {
            continue;
        }
        status = find_programs(ld, i, &programs, &n);
        for (size_t j = 0; status == OKOBPF_OK && j < n
             && image->n_programs < MAX_LISTED; j++) {
            if (!list_program(image, sec->name, programs[j].name)) {
                status = okobpf_elf_no_memory(ld);
            }
        }
        free(programs);
        if (status != OKOBPF_OK) {
            return status;
        }
    }
    return OKOBPF_OK;
}

/* Returns the list as text, which the caller must free(): NULL if memory is
 * short. */
static char *
format_programs(const struct image *image)
{
    char *s = NULL;

    for (uint32_t i = 0; i < image->n_programs; i++) {
        const struct program_name *p = &image->programs[i];
        char *longer = okobpf_report_asprintf(
            "%s%s\"%.64s\" in section \"%.64s\"", s ? s : "", s ? ", " : "",
            p->name, p->section);

        free(s);
        s = longer;
    }
    if (image->n_programs == MAX_LISTED) {
        char *longer
            = okobpf_report_asprintf("%s, and perhaps more", s ? s : "");

        free(s);
        s = longer;
    }
    return s;
}

/* Reports that there is no code, or no program called 'name'. */
static enum okobpf_status
no_program(struct loader *ld, const char *name)
{
    enum okobpf_status status;
    char *names;

    if (!name || !ld->image->n_programs) {
        return okobpf_report_fail(ld->report, OKOBPF_BAD_OBJECT, NULL,
                                  "no code in the object");
    }
    names = format_programs(ld->image);
    status = okobpf_report_fail(
        ld->report, OKOBPF_BAD_OBJECT,
        "name one of the object's programs, by its section "
        "or its function",
        "no code in a section, and no function, called "
        "\"%.64s\": the object has %s",
        name, names ? names : "others");
    free(names);
    return status;
}

/* Reports that there are several programs in section 'sec'. */
static enum okobpf_status
ambiguous(struct loader *ld, const struct elf_section *sec, size_t n)
{
    char *names = format_programs(ld->image);
    enum okobpf_status status;

    status = okobpf_report_fail(
        ld->report, OKOBPF_BAD_OBJECT,
        "give each a section of its own, as with "
        "SEC(\"filter/NAME\"), or choose one by the name of "
        "its function",
        "section \"%.64s\" has %llu programs, of which one "
        "must be chosen: the object has %s",
        sec->name, (unsigned long long) n, names ? names : "several");
    free(names);
    return status;
}

/* Finds the function called 'name' in a section of code.  Returns NULL if
 * there is none. */
static const struct elf_symbol *
find_function(const struct elf *elf, const char *name)
{
    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const struct elf_symbol *sym = &elf->symbols[i];

        if (sym->type == ELF_STT_FUNC && sym->section < elf->n_sections
            && elf_section_is_code(&elf->sections[sym->section])
            && !strcmp(sym->name, name)) {
            return sym;
        }
    }
    return NULL;
}

enum okobpf_status
okobpf_elf_choose_program(struct loader *ld, const char *choice,
                          uint32_t *section, uint64_t *entry)
{
    const struct elf_symbol *sym = NULL;
    struct image *image = ld->image;
    enum okobpf_status status;
    const char *name;

    ld->mark = okobpf_elf_get_mark(&ld->elf);
    status = list_programs(ld);
    if (status != OKOBPF_OK) {
        return status;
    }

    *section = choose_section(ld, choice);
    if (!*section && choice && *choice) {
        sym = find_function(&ld->elf, choice);
    }
    if (sym) {
        *section = sym->section;
        *entry = sym->value;
        name = sym->name;
    } else if (*section) {
        struct candidate *programs;
        size_t n = 0;

        status = find_programs(ld, *section, &programs, &n);
        if (status == OKOBPF_OK && n > 1) {
            status = ambiguous(ld, &ld->elf.sections[*section], n);
        }
        if (status != OKOBPF_OK) {
            free(programs);
            return status;
        }
        *entry = programs[0].start;
        name = programs[0].name;
        free(programs);
    } else {
        return no_program(ld, choice);
    }

    image->section = okobpf_image_strdup(
        image, ld->elf.sections[*section].name, MAX_NAME);
    image->abi = section_abi(ld, ld->elf.sections[*section].name);
    image->name = okobpf_image_strdup(image, name, MAX_NAME);
    if (!image->section || !image->name) {
        return okobpf_elf_no_memory(ld);
    }
    return okobpf_elf_check_origin(ld, *section, name);
}
