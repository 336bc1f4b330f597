/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The container: sections, symbols and relocations of an ELF object. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/elf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

/* As they stand in the file.  All numbers are little-endian. */

struct file_header {
    uint8_t ident[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t phoff;
    uint64_t shoff;
    uint32_t flags;
    uint16_t ehsize;
    uint16_t phentsize;
    uint16_t phnum;
    uint16_t shentsize;
    uint16_t shnum;
    uint16_t shstrndx;
};

struct file_section {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t addr;
    uint64_t offset;
    uint64_t size;
    uint32_t link;
    uint32_t info;
    uint64_t addralign;
    uint64_t entsize;
};

struct file_symbol {
    uint32_t name;
    uint8_t info;
    uint8_t other;
    uint16_t shndx;
    uint64_t value;
    uint64_t size;
};

struct file_rel {
    uint64_t offset;
    uint64_t info;
};

enum {
    IDENT_CLASS = 4,
    IDENT_DATA = 5,
    CLASS_64 = 2,
    DATA_LITTLE_ENDIAN = 1,
    TYPE_REL = 1,
    MACHINE_BPF = 247,
    SHN_LORESERVE = 0xff00,
};

static const char compile_advice[] =
    "compile the program with: clang -O2 -g -target bpf -c FILE.c -o FILE.o";

#define BAD(REPORT, ...) \
    okobpf_report_fail(REPORT, OKOBPF_BAD_OBJECT, compile_advice, __VA_ARGS__)

/* Checks what stands in the first bytes, from the most general to the most
 * special, so that the error says what kind of file this is. */
static enum okobpf_status
check_header(const uint8_t *data, size_t size, struct file_header *h,
             struct okobpf_report *report)
{
    if (!size) {
        return BAD(report, "the file is empty");
    }
    if (size < 4 || memcmp(data, "\177ELF", 4)) {
        return BAD(report, "not an ELF object file");
    }
    if (size < sizeof *h) {
        return BAD(report, "truncated: expected an ELF header of %d bytes, "
                   "got a file of %d", (int) sizeof *h, (int) size);
    }
    memcpy(h, data, sizeof *h);
    if (h->ident[IDENT_CLASS] != CLASS_64) {
        return BAD(report, "expected a 64-bit ELF object, got ELF class %d",
                   h->ident[IDENT_CLASS]);
    }
    if (h->ident[IDENT_DATA] != DATA_LITTLE_ENDIAN) {
        return okobpf_report_fail(
            report, OKOBPF_BAD_OBJECT,
            "compile for the byte order of the switch: -target bpfel",
            "expected a little-endian object, got a big-endian one "
            "(ELF data encoding %d)", h->ident[IDENT_DATA]);
    }
    if (h->machine != MACHINE_BPF) {
        return BAD(report, "expected an object for BPF (ELF machine %d), got "
                   "one for ELF machine %d", MACHINE_BPF, h->machine);
    }
    if (h->type != TYPE_REL) {
        return BAD(report, "expected a relocatable object (ELF type %d), got "
                   "ELF type %d", TYPE_REL, h->type);
    }
    if (!h->shnum || h->shentsize != sizeof(struct file_section)) {
        return BAD(report, "expected section headers of %d bytes, got %d of "
                   "%d bytes", (int) sizeof(struct file_section), h->shnum,
                   h->shentsize);
    }
    if (!elf_in_range(h->shoff,
                      (uint64_t) h->shnum * sizeof(struct file_section),
                      size)) {
        return BAD(report, "truncated: %d section headers at offset %"PRIu64
                   " don't fit in the file of %"PRIu64" bytes", h->shnum,
                   h->shoff, (uint64_t) size);
    }
    return OKOBPF_OK;
}

/* Returns the string at 'offset' in the string table 'sec', or NULL if there
 * is none that ends within it. */
static const char *
get_string(const struct elf_section *sec, uint64_t offset)
{
    if (sec->type != ELF_SHT_STRTAB || offset >= sec->size
        || !memchr(sec->data + offset, '\0', sec->size - offset)) {
        return NULL;
    }
    return (const char *) sec->data + offset;
}

static enum okobpf_status
open_sections(const uint8_t *data, size_t size, const struct file_header *h,
              struct elf *elf, struct okobpf_report *report)
{
    elf->sections = okobpf_mem_alloc(h->shnum, sizeof *elf->sections);
    if (!elf->sections) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    elf->n_sections = h->shnum;

    for (uint32_t i = 0; i < elf->n_sections; i++) {
        struct elf_section *sec = &elf->sections[i];
        struct file_section file_sec;

        memcpy(&file_sec, data + h->shoff + i * sizeof file_sec,
               sizeof file_sec);
        sec->name = "";
        sec->type = file_sec.type;
        if (sec->type == ELF_SHT_NULL) {
            continue;
        }
        sec->flags = file_sec.flags;
        sec->size = file_sec.size;
        sec->link = file_sec.link;
        sec->info = file_sec.info;
        if (sec->type == ELF_SHT_NOBITS) {
            continue;
        }
        if (!elf_in_range(file_sec.offset, file_sec.size, size)) {
            return BAD(report, "truncated: section %"PRIu32" at offset "
                       "%"PRIu64" with %"PRIu64" bytes doesn't fit in the "
                       "file of %"PRIu64" bytes", i, file_sec.offset,
                       file_sec.size, (uint64_t) size);
        }
        sec->data = data + file_sec.offset;
    }

    if (h->shstrndx >= elf->n_sections) {
        return BAD(report, "section names expected in section %d of %"PRIu32,
                   h->shstrndx, elf->n_sections);
    }
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        struct elf_section *sec = &elf->sections[i];
        struct file_section file_sec;

        if (sec->type == ELF_SHT_NULL) {
            continue;
        }
        memcpy(&file_sec, data + h->shoff + i * sizeof file_sec,
               sizeof file_sec);
        sec->name = get_string(&elf->sections[h->shstrndx], file_sec.name);
        if (!sec->name) {
            sec->name = "";
            return BAD(report, "the name of section %"PRIu32" lies outside "
                       "of the table of section names", i);
        }
    }
    return OKOBPF_OK;
}

static enum okobpf_status
open_symbol(const struct elf *elf, const struct elf_section *symtab,
            uint32_t i, struct elf_symbol *sym, struct okobpf_report *report)
{
    struct file_symbol file_sym;

    memcpy(&file_sym, symtab->data + i * sizeof file_sym, sizeof file_sym);
    sym->name = get_string(&elf->sections[symtab->link], file_sym.name);
    sym->type = file_sym.info & 0xf;
    sym->global = file_sym.info >> 4 != 0;
    sym->section = file_sym.shndx;
    sym->value = file_sym.value;
    sym->size = file_sym.size;

    if (!sym->name) {
        sym->name = "";
        return BAD(report, "the name of symbol %"PRIu32" lies outside of the "
                   "string table", i);
    }
    if (sym->section >= SHN_LORESERVE) {
        return OKOBPF_OK;
    }
    if (sym->section >= elf->n_sections) {
        return BAD(report, "symbol \"%s\" is said to be in section %"PRIu32
                   " of %"PRIu32, sym->name, sym->section, elf->n_sections);
    }
    if (sym->section != ELF_SHN_UNDEF
        && !elf_in_range(sym->value, sym->size,
                         elf->sections[sym->section].size)) {
        return BAD(report, "symbol \"%s\" at offset %"PRIu64" with %"PRIu64
                   " bytes lies outside of its section \"%s\"", sym->name,
                   sym->value, sym->size, elf->sections[sym->section].name);
    }
    if (sym->type == ELF_STT_SECTION) {
        sym->name = elf->sections[sym->section].name;
    }
    return OKOBPF_OK;
}

static enum okobpf_status
open_symbols(struct elf *elf, struct okobpf_report *report)
{
    const struct elf_section *symtab = NULL;

    for (uint32_t i = 0; i < elf->n_sections; i++) {
        if (elf->sections[i].type == ELF_SHT_SYMTAB) {
            symtab = &elf->sections[i];
            break;
        }
    }
    if (!symtab) {
        return OKOBPF_OK;       /* Stripped: fine if nothing refers to it. */
    }
    if (symtab->size % sizeof(struct file_symbol)
        || symtab->size / sizeof(struct file_symbol) > UINT32_MAX
        || symtab->link >= elf->n_sections) {
        return BAD(report, "the symbol table is damaged (%"PRIu64" bytes, "
                   "names in section %"PRIu32")", symtab->size, symtab->link);
    }

    elf->n_symbols = symtab->size / sizeof(struct file_symbol);
    elf->symbols = okobpf_mem_alloc(elf->n_symbols, sizeof *elf->symbols);
    if (!elf->symbols) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        enum okobpf_status status = open_symbol(elf, symtab, i,
                                                &elf->symbols[i], report);
        if (status != OKOBPF_OK) {
            return status;
        }
    }
    return OKOBPF_OK;
}

enum okobpf_status
okobpf_elf_open(const void *data, size_t size, struct elf *elf,
                struct okobpf_report *report)
{
    enum okobpf_status status;
    struct file_header h;

    memset(elf, 0, sizeof *elf);
    status = check_header(data, size, &h, report);
    if (status == OKOBPF_OK) {
        status = open_sections(data, size, &h, elf, report);
    }
    if (status == OKOBPF_OK) {
        status = open_symbols(elf, report);
    }
    if (status != OKOBPF_OK) {
        okobpf_elf_close(elf);
    }
    return status;
}

void
okobpf_elf_close(struct elf *elf)
{
    free(elf->sections);
    free(elf->symbols);
    memset(elf, 0, sizeof *elf);
}

static int
compare_rels(const void *a_, const void *b_)
{
    const struct elf_rel *a = a_;
    const struct elf_rel *b = b_;

    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

enum okobpf_status
okobpf_elf_get_rels(const struct elf *elf, uint32_t target,
                    struct elf_rel **rels, size_t *n_rels,
                    struct okobpf_report *report)
{
    const struct elf_section *target_sec = &elf->sections[target];
    const struct elf_section *sec = NULL;

    *rels = NULL;
    *n_rels = 0;
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        const struct elf_section *s = &elf->sections[i];

        if ((s->type == ELF_SHT_REL || s->type == ELF_SHT_RELA)
            && s->info == target) {
            if (sec || s->type == ELF_SHT_RELA) {
                return BAD(report, "section \"%s\" has %s, expected one "
                           "section of type REL", target_sec->name,
                           sec ? "two sections of relocations"
                           : "relocations of type RELA");
            }
            sec = s;
        }
    }
    if (!sec) {
        return OKOBPF_OK;
    }
    if (sec->size % sizeof(struct file_rel)) {
        return BAD(report, "the relocations \"%s\" are damaged (%"PRIu64" "
                   "bytes)", sec->name, sec->size);
    }

    size_t n = sec->size / sizeof(struct file_rel);
    *rels = okobpf_mem_alloc(n, sizeof **rels);
    if (!*rels) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        struct elf_rel *rel = &(*rels)[i];
        struct file_rel file_rel;

        memcpy(&file_rel, sec->data + i * sizeof file_rel, sizeof file_rel);
        rel->offset = file_rel.offset;
        rel->type = file_rel.info;
        rel->symbol = file_rel.info >> 32;
        if (rel->offset >= target_sec->size
            || rel->symbol >= elf->n_symbols) {
            free(*rels);
            *rels = NULL;
            return BAD(report, "relocation %d of section \"%s\" is damaged: "
                       "offset %"PRIu64" of %"PRIu64" bytes, symbol %"PRIu32
                       " of %"PRIu32, (int) i, target_sec->name,
                       file_rel.offset, target_sec->size,
                       (uint32_t) (file_rel.info >> 32), elf->n_symbols);
        }
    }
    qsort(*rels, n, sizeof **rels, compare_rels);
    *n_rels = n;
    return OKOBPF_OK;
}

const struct elf_section *
okobpf_elf_section_by_name(const struct elf *elf, const char *name)
{
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        if (elf->sections[i].type != ELF_SHT_NULL
            && !strcmp(elf->sections[i].name, name)) {
            return &elf->sections[i];
        }
    }
    return NULL;
}
