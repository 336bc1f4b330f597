/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The container: sections, symbols and relocations of an ELF object.
 *
 * okobpf_elf_open() checks all that the other functions and the members below
 * rely on, so that their users need not fear what stands in the file. */

#ifndef OKOBPF_OBJECT_ELF_H
#define OKOBPF_OBJECT_ELF_H 1

#include "image.h"

enum elf_section_type {
    ELF_SHT_NULL = 0,
    ELF_SHT_PROGBITS = 1,
    ELF_SHT_SYMTAB = 2,
    ELF_SHT_STRTAB = 3,
    ELF_SHT_RELA = 4,
    ELF_SHT_NOBITS = 8,
    ELF_SHT_REL = 9,
};

enum elf_section_flags {
    ELF_SHF_WRITE = 1,
    ELF_SHF_ALLOC = 2,
    ELF_SHF_EXECINSTR = 4,
};

struct elf_section {
    const char *name;           /* "" if it has none. */
    uint32_t type;              /* enum elf_section_type, or another. */
    uint64_t flags;
    const uint8_t *data;        /* 'size' bytes, not aligned; NULL in
                                 * ELF_SHT_NOBITS. */
    uint64_t size;
    uint32_t link;
    uint32_t info;
};

enum elf_symbol_type {
    ELF_STT_NOTYPE = 0,
    ELF_STT_OBJECT = 1,
    ELF_STT_FUNC = 2,
    ELF_STT_SECTION = 3,
};

enum {
    ELF_SHN_UNDEF = 0,
    ELF_SHN_COMMON = 0xfff2,
};

struct elf_symbol {
    const char *name;           /* That of the section for a section symbol,
                                 * otherwise "" if it has none. */
    int type;                   /* enum elf_symbol_type, or another. */
    bool global;                /* Or weak. */
    uint32_t section;           /* < 'n_sections', or as it stands in the
                                 * file if reserved (ELF_SHN_*). */
    uint64_t value;
    uint64_t size;
};

/* A relocation.  A section's are sorted by offset. */
struct elf_rel {
    uint64_t offset;            /* < size of the section it applies to. */
    uint32_t type;
    uint32_t symbol;            /* < 'n_symbols'. */
};

struct elf {
    struct elf_section *sections;
    uint32_t n_sections;
    struct elf_symbol *symbols;
    uint32_t n_symbols;
};

/* Opens the 'size' bytes at 'data', which must stay there as long as '*elf' is
 * in use.  Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_open(const void *data, size_t size,
                                   struct elf *elf,
                                   struct okobpf_report *report);
void okobpf_elf_close(struct elf *);

/* Stores the relocations of the section with index 'target', sorted by offset,
 * in '*rels' (the caller must free() them) and their number in '*n_rels'.
 * Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_get_rels(const struct elf *, uint32_t target,
                                       struct elf_rel **rels, size_t *n_rels,
                                       struct okobpf_report *report);

/* Returns the section called 'name', or NULL. */
const struct elf_section *okobpf_elf_section_by_name(const struct elf *,
                                                     const char *name);

/* Whether the 'sec' holds instructions. */
static inline bool
elf_section_is_code(const struct elf_section *sec)
{
    return sec->type == ELF_SHT_PROGBITS && sec->flags & ELF_SHF_EXECINSTR
           && sec->size;
}

/* Whether 'size' bytes from 'offset' lie within a whole of 'limit' bytes. */
static inline bool
elf_in_range(uint64_t offset, uint64_t size, uint64_t limit)
{
    return offset <= limit && size <= limit - offset;
}

#endif /* elf.h */
