/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Turns an ELF object into an image: puts the functions that the program calls
 * behind it. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

#define INSN_SIZE sizeof(struct bpf_insn)

enum okobpf_status
okobpf_elf_no_memory(struct loader *ld)
{
    return okobpf_report_fail(ld->report, OKOBPF_NO_MEMORY, NULL,
                              "out of memory");
}

/* Functions. */

static int
compare_functions(const void *a_, const void *b_)
{
    const struct elf_function *a = a_;
    const struct elf_function *b = b_;

    return (a->section != b->section ? (a->section < b->section ? -1 : 1)
            : a->start != b->start ? (a->start < b->start ? -1 : 1)
            : a->end != b->end ? (a->end > b->end ? -1 : 1)
            : 0);
}

/* Appends to '*n' 'functions' those parts of the section that the 'n_symbols'
 * sorted 'symbols' cover, and the gaps between them. */
static void
cover_section(const struct elf_section *sec, uint32_t index,
              const struct elf_function *symbols, size_t n_symbols,
              struct elf_function *functions, size_t *n)
{
    uint64_t pos = 0;

    for (size_t i = 0; i <= n_symbols; i++) {
        uint64_t start = i < n_symbols ? symbols[i].start : sec->size;

        if (start < pos) {
            continue;           /* Another name, or overlaps. */
        }
        if (start > pos) {
            functions[(*n)++] = (struct elf_function) {
                index, pos, start, UINT32_MAX
            };
        }
        pos = start;
        if (i < n_symbols) {
            uint64_t end = symbols[i].end;

            if (end == start) { /* Assembly code often gives no size. */
                end = i + 1 < n_symbols ? symbols[i + 1].start : sec->size;
            }
            if (end > start) {
                functions[(*n)++] = (struct elf_function) {
                    index, start, end, UINT32_MAX
                };
            }
            pos = end;
        }
    }
}

/* Fills in 'ld->functions'. */
static enum okobpf_status
find_functions(struct loader *ld)
{
    const struct elf *elf = &ld->elf;
    struct elf_function *symbols;
    size_t n_symbols = 0;

    symbols = okobpf_mem_alloc(elf->n_symbols, sizeof *symbols);
    ld->functions
        = okobpf_mem_alloc(2 * (uint64_t) elf->n_symbols + elf->n_sections,
                           sizeof *ld->functions);
    ld->section_rels
        = okobpf_mem_alloc(elf->n_sections, sizeof *ld->section_rels);
    if (!symbols || !ld->functions || !ld->section_rels) {
        free(symbols);
        return okobpf_elf_no_memory(ld);
    }

    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const struct elf_symbol *sym = &elf->symbols[i];

        if (sym->type == ELF_STT_FUNC && sym->section < elf->n_sections
            && elf_section_is_code(&elf->sections[sym->section])) {
            symbols[n_symbols++] = (struct elf_function) {
                .section = sym->section,
                .start = sym->value,
                .end = sym->value + sym->size,
            };
        }
    }
    qsort(symbols, n_symbols, sizeof *symbols, compare_functions);

    size_t first = 0;
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        size_t last = first;

        while (last < n_symbols && symbols[last].section == i) {
            last++;
        }
        if (elf_section_is_code(&elf->sections[i])) {
            cover_section(&elf->sections[i], i, symbols + first, last - first,
                          ld->functions, &ld->n_functions);
        }
        first = last;
    }
    free(symbols);

    ld->linked = okobpf_mem_alloc(ld->n_functions, sizeof *ld->linked);
    return ld->linked ? OKOBPF_OK : okobpf_elf_no_memory(ld);
}

struct elf_function *
okobpf_elf_function_at(const struct loader *ld, uint32_t section,
                       uint64_t offset)
{
    size_t low = 0;
    size_t high = ld->n_functions;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        struct elf_function *f = &ld->functions[mid];

        if (f->section < section
            || (f->section == section && f->end <= offset)) {
            low = mid + 1;
        } else if (f->section > section || f->start > offset) {
            high = mid;
        } else {
            return f;
        }
    }
    return NULL;
}

enum okobpf_status
okobpf_elf_section_rels(struct loader *ld, uint32_t section,
                        const struct section_rels **rels)
{
    struct section_rels *sr = &ld->section_rels[section];
    enum okobpf_status status = OKOBPF_OK;

    if (!sr->known) {
        status = okobpf_elf_get_rels(&ld->elf, section, &sr->rels, &sr->n,
                                     ld->report);
        sr->known = status == OKOBPF_OK;
    }
    *rels = sr;
    return status;
}

enum okobpf_status
okobpf_elf_reserve_insns(struct loader *ld, uint64_t n)
{
    struct image *image = ld->image;
    uint64_t capacity = image->n_insns + n;
    struct bpf_insn *insns;
    struct insn_rel *rels;

    if (n > ld->limits->max_insns - image->n_insns) {
        return okobpf_report_fail(
            ld->report, OKOBPF_LIMIT,
            "split the program, or raise the host's limit",
            "expected at most %"PRIu32" instructions, got "
            "%"PRIu64" or more",
            ld->limits->max_insns, capacity);
    }
    if (capacity <= ld->capacity) {
        return OKOBPF_OK;
    }

    capacity += image->n_insns;
    if (capacity > UINT32_MAX) {
        return okobpf_elf_no_memory(ld);
    }
    insns = okobpf_mem_resize(image->insns, capacity, sizeof *insns);
    if (insns) {
        image->insns = insns;
    }
    rels = okobpf_mem_resize(ld->rels, capacity, sizeof *rels);
    if (rels) {
        ld->rels = rels;
    }
    if (!insns || !rels) {
        return okobpf_elf_no_memory(ld);
    }
    ld->capacity = capacity;
    return OKOBPF_OK;
}

/* Notes the relocations of 'f' for the instructions that they apply to. */
static enum okobpf_status
link_rels(struct loader *ld, const struct elf_function *f)
{
    const struct section_rels *sr;
    enum okobpf_status status;
    size_t low = 0;
    size_t high;

    status = okobpf_elf_section_rels(ld, f->section, &sr);
    if (status != OKOBPF_OK) {
        return status;
    }

    high = sr->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (sr->rels[mid].offset < f->start) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (size_t i = low; i < sr->n && sr->rels[i].offset < f->end; i++) {
        const struct elf_rel *rel = &sr->rels[i];
        struct insn_rel *insn_rel =
            &ld->rels[f->base + (rel->offset - f->start) / INSN_SIZE];

        if (rel->offset % INSN_SIZE || insn_rel->type) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT, NULL,
                "section \"%s\" offset %"PRIu64": %s",
                ld->elf.sections[f->section].name, rel->offset,
                insn_rel->type ? "two relocations of one instruction"
                : "relocation within an instruction");
        }
        insn_rel->type = rel->type;
        insn_rel->symbol = rel->symbol;
    }
    return OKOBPF_OK;
}

/* Appends the code of 'f' to the image, if it is not there already. */
static enum okobpf_status
link_function(struct loader *ld, struct elf_function *f)
{
    const struct elf_section *sec = &ld->elf.sections[f->section];
    struct image *image = ld->image;
    enum okobpf_status status;
    uint64_t n_insns;

    if (f->base != UINT32_MAX) {
        return OKOBPF_OK;
    }
    if (f->start % INSN_SIZE || f->end % INSN_SIZE) {
        return okobpf_report_fail(
            ld->report, OKOBPF_BAD_OBJECT, NULL,
            "section \"%s\": expected functions of whole "
            "instructions of 8 bytes, got one from offset "
            "%"PRIu64" to %"PRIu64,
            sec->name, f->start, f->end);
    }
    n_insns = (f->end - f->start) / INSN_SIZE;
    status = okobpf_elf_reserve_insns(ld, n_insns);
    if (status != OKOBPF_OK) {
        return status;
    }
    memcpy(image->insns + image->n_insns, sec->data + f->start,
           n_insns * INSN_SIZE);
    memset(ld->rels + image->n_insns, 0, n_insns * sizeof *ld->rels);
    f->base = image->n_insns;
    image->n_insns += n_insns;
    ld->linked[ld->n_linked++] = f - ld->functions;
    status = link_rels(ld, f);
    return status == OKOBPF_OK ? okobpf_elf_replace_jumps(ld, f) : status;
}

const char *
okobpf_elf_insn_section(const struct loader *ld, uint32_t insn,
                        uint64_t *offset)
{
    const struct elf_function *f = &ld->functions[ld->linked[0]];
    size_t low = 0;
    size_t high = ld->n_linked;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (ld->functions[ld->linked[mid]].base <= insn) {
            f = &ld->functions[ld->linked[mid]];
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    *offset = f->start + (insn - f->base) * INSN_SIZE;
    return ld->elf.sections[f->section].name;
}

/* Calls. */

/* What to do about a call of 'symbol', which is not there.  Some calls are not
 * in the source: the compiler makes them. */
static const char *
call_advice(const char *symbol)
{
    static const char *const library[] = { "memcmp", "bcmp", "memcpy",
                                           "memmove", "memset", "strlen" };

    if (!strcmp(symbol, "__bpf_trap")) {
        return ("the compiler put it where the program traps or its behavior "
                "is undefined, as with a variable that has no value: heed its "
                "warnings (-Wall), and return a result there");
    }
    for (size_t i = 0; i < sizeof library / sizeof library[0]; i++) {
        if (!strcmp(symbol, library[i])) {
            return ("there is no C library: write a loop in a function of "
                    "your own, of another name, and compile with "
                    "-fno-builtin if the compiler makes this call of it");
        }
    }
    return ("define the function in the same file, or call a helper by its "
            "number, as the headers of Oko do");
}

static enum okobpf_status
bad_call(struct loader *ld, uint32_t insn, const char *symbol,
         const char *problem)
{
    uint64_t offset;
    const char *section = okobpf_elf_insn_section(ld, insn, &offset);

    return okobpf_report_fail(
        ld->report, OKOBPF_BAD_OBJECT, call_advice(symbol),
        "section \"%s\" offset %"PRIu64": call of \"%s\", "
        "%s",
        section, offset, symbol, problem);
}

/* Resolves the call at 'index' of the image, which stands in 'caller'. */
static enum okobpf_status
resolve_call(struct loader *ld, const struct elf_function *caller,
             uint32_t index)
{
    const struct elf *elf = &ld->elf;
    struct bpf_insn *insn = &ld->image->insns[index];
    struct insn_rel *rel = &ld->rels[index];
    const char *name = "a local function";
    enum okobpf_status status;
    struct elf_function *f;
    uint32_t section;
    int64_t target;             /* Bytes within 'section'. */

    if (rel->type) {
        const struct elf_symbol *sym = &elf->symbols[rel->symbol];

        name = sym->name;
        if (sym->section == ELF_SHN_UNDEF) {
            enum helper_id id = okobpf_helper_from_name(name);

            if (!id) {
                return bad_call(ld, index, name, "which is not defined and "
                                "not the name of a helper");
            }
            insn->regs = bpf_dst(insn) | BPF_CALL_HELPER << 4;
            insn->imm = id;
            rel->type = 0;
            return OKOBPF_OK;
        }
        if (sym->section >= elf->n_sections
            || !elf_section_is_code(&elf->sections[sym->section])) {
            return bad_call(ld, index, name, "which is not a function");
        }
        section = sym->section;
        target = (int64_t) sym->value + ((int64_t) insn->imm + 1) * 8;
        rel->type = 0;
    } else if (bpf_src(insn) == BPF_CALL_LOCAL) {
        section = caller->section;
        target = (int64_t) caller->start
                 + ((int64_t) index - caller->base + 1 + insn->imm) * 8;
    } else {
        return OKOBPF_OK;       /* A helper by its number. */
    }

    f = target >= 0 && target % 8 == 0
        ? okobpf_elf_function_at(ld, section, target) : NULL;
    if (!f) {
        return bad_call(ld, index, name, "which leads out of its section");
    }
    status = link_function(ld, f);
    if (status == OKOBPF_OK) {
        /* 'insn' may have moved. */
        insn = &ld->image->insns[index];
        insn->regs = bpf_dst(insn) | BPF_CALL_LOCAL << 4;
        insn->imm = (int64_t) f->base + (target - (int64_t) f->start) / 8
                    - index - 1;
    }
    return status;
}

/* Puts 'main' into the image, and behind it all that it calls. */
static enum okobpf_status
link_all(struct loader *ld, struct elf_function *main)
{
    enum okobpf_status status = link_function(ld, main);

    if (status == OKOBPF_OK && ld->xdp_results) {
        status = okobpf_elf_translate_results(ld, main);
    }
    for (size_t i = 0; status == OKOBPF_OK && i < ld->n_linked; i++) {
        const struct elf_function *f = &ld->functions[ld->linked[i]];
        uint32_t end = f->base + (f->end - f->start) / 8;

        for (uint32_t j = f->base; status == OKOBPF_OK && j < end; j++) {
            switch (ld->image->insns[j].opcode) {
            case BPF_LD | BPF_IMM | BPF_DW:
                j++;
                break;
            case BPF_JMP | BPF_CALL:
                status = resolve_call(ld, f, j);
                break;
            }
        }
    }
    return status;
}

/* The image. */

static enum okobpf_status
load_image(struct loader *ld, const char *section_name)
{
    struct image *image = ld->image;
    enum okobpf_status status;
    struct elf_function *main;
    uint32_t section;
    uint64_t entry;

    status = okobpf_elf_choose_program(ld, section_name, &section, &entry);
    if (status == OKOBPF_OK) {
        status = find_functions(ld);
    }
    if (status != OKOBPF_OK) {
        return status;
    }
    main = okobpf_elf_function_at(ld, section, entry);
    if (!main || main->start != entry) {
        return okobpf_report_fail(
            ld->report, OKOBPF_BAD_OBJECT, NULL,
            "section \"%s\": function \"%s\" overlaps another", image->section,
            image->name);
    }
    status = link_all(ld, main);
    if (status == OKOBPF_OK) {
        status = okobpf_elf_resolve_maps(ld);
    }
    if (status == OKOBPF_OK) {
        okobpf_elf_load_lines(ld);
    }
    return status;
}

enum okobpf_status
okobpf_elf_load(const void *data, size_t size, const char *section,
                const struct okobpf_limits *limits, struct image *image,
                struct okobpf_report *report)
{
    struct loader ld = { .limits = limits, .report = report, .image = image };
    enum okobpf_status status;

    memset(image, 0, sizeof *image);
    if (size > limits->max_object_size) {
        return okobpf_report_fail(
            report, OKOBPF_LIMIT,
            "strip debug information with llvm-strip -g, or "
            "raise the host's limit",
            "expected an object of at most %"PRIu64" bytes, "
            "got %"PRIu64,
            (uint64_t) limits->max_object_size, (uint64_t) size);
    }
    status = okobpf_elf_open(data, size, &ld.elf, report);
    if (status == OKOBPF_OK) {
        okobpf_btf_open(&ld.elf, &ld.btf);
        status = load_image(&ld, section);
        okobpf_btf_close(&ld.btf);
        for (uint32_t i = 0; ld.section_rels && i < ld.elf.n_sections; i++) {
            free(ld.section_rels[i].rels);
        }
        free(ld.section_rels);
        free(ld.functions);
        free(ld.linked);
        free(ld.rels);
        free(ld.jumps);
        okobpf_elf_close(&ld.elf);
    }
    if (status != OKOBPF_OK) {
        okobpf_image_uninit(image);
    }
    return status;
}
