/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The steps of turning an ELF object into an image.
 *
 *    choose.c  chooses the program
 *    origin.c  refuses it if it was made for something else
 *    load.c    puts it into the image, and the functions that it calls behind
 *              it
 *    results.c makes XDP's results the runtime's
 *    jumps.c   replaces indirect jumps, whose tables jump-tables.c finds
 *    maps.c    finds the maps, and resolves references to them and to global
 *              variables
 *    lines.c   translates the line information, where there is some
 *    btf.c     reads types and lines */

#ifndef OKOBPF_OBJECT_LOAD_H
#define OKOBPF_OBJECT_LOAD_H 1

#include "object/btf.h"
#include "object/elf.h"

/* Part of a section of code that stays together: a function, or what lies
 * between functions. */
struct elf_function {
    uint32_t section;
    uint64_t start, end;        /* Bytes in the section. */
    uint32_t base;              /* First instruction in the image, or
                                 * UINT32_MAX if it is not in there. */
};

/* Relocation of an instruction in the image. */
struct insn_rel {
    uint32_t type;              /* 0 if none: R_BPF_NONE. */
    uint32_t symbol;
};

enum {
    R_BPF_64_64 = 1,
    R_BPF_64_ABS64 = 2,         /* In the code of old compilers: a call. */
    R_BPF_64_32 = 10,
};

/* Relocations of a section, once they were needed. */
struct section_rels {
    bool known;
    struct elf_rel *rels;       /* Sorted by offset. */
    size_t n;
};

/* An indirect jump, and the code that took its place. */
struct indirect_jump {
    uint32_t insn;              /* In the image. */
    uint32_t code;              /* Likewise. */
};

/* What the header that a program includes makes of its object. */
enum elf_mark {
    ELF_MARK_NONE,              /* It did not include one that tells. */
    ELF_MARK_FILTER,            /* <oko/filter.h>. */
    ELF_MARK_XDP,               /* <oko/xdp.h>: programs written for XDP, in
                                 * sections of any name, with XDP's results. */
};

struct loader {
    struct elf elf;
    struct btf btf;             /* All zeros if the object has none. */
    struct section_rels *section_rels; /* One for each section. */
    const struct okobpf_limits *limits;
    struct okobpf_report *report;
    struct image *image;
    enum elf_mark mark;
    bool xdp_results;           /* The program's results are XDP's. */

    /* Sorted by section and start; without gaps within a section. */
    struct elf_function *functions;
    size_t n_functions;

    /* Those in the image, by increasing base: indexes into 'functions'. */
    uint32_t *linked;
    size_t n_linked;

    /* One for each in 'image->insns'. */
    struct insn_rel *rels;
    uint32_t capacity;          /* Allocated 'rels' and 'image->insns'. */

    struct indirect_jump *jumps; /* By increasing 'code'. */
    size_t n_jumps;
    uint64_t n_table_entries;   /* Of jump tables, looked at so far. */
    uint64_t n_jump_steps;      /* Taken to find the tables of jumps. */
    uint64_t n_jump_places;     /* In the tables of each jump, so far. */
};

/* load.c. */

/* Reports that memory is short.  Returns OKOBPF_NO_MEMORY. */
enum okobpf_status okobpf_elf_no_memory(struct loader *);

/* Returns the function at 'offset' in section 'section', or NULL. */
struct elf_function *okobpf_elf_function_at(const struct loader *,
                                            uint32_t section, uint64_t offset);

/* Stores the relocations of 'section' in '*rels'.  Returns OKOBPF_OK, or
 * reports the failure. */
enum okobpf_status okobpf_elf_section_rels(struct loader *, uint32_t section,
                                           const struct section_rels **rels);

/* Makes room for 'n' more instructions in the image.  Returns OKOBPF_OK, or
 * reports the failure. */
enum okobpf_status okobpf_elf_reserve_insns(struct loader *, uint64_t n);

/* choose.c. */

/* Whether programs of the second ABI are in sections called 'name'. */
bool okobpf_elf_is_filter_section(const char *name);

/* Chooses the program, that in the section or with the function called 'name'
 * unless it is NULL: stores its section and where it begins there in
 * '*section' and '*entry', and names it in the image.  Returns OKOBPF_OK, or
 * reports the failure. */
enum okobpf_status okobpf_elf_choose_program(struct loader *, const char *name,
                                             uint32_t *section,
                                             uint64_t *entry);

/* origin.c. */

/* Returns the mark that stands in the object. */
enum elf_mark okobpf_elf_get_mark(const struct elf *);

/* Makes sure that the program, which begins at a function called
 * 'name' in section number 'section', was made for this runtime, and sets
 * 'ld->xdp_results'.  Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_check_origin(struct loader *, uint32_t section,
                                           const char *name);

/* results.c.  Makes the results of 'f', the last function in the image, which
 * are XDP's, the runtime's.  Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_translate_results(struct loader *,
                                                const struct elf_function *f);

/* jumps.c. */

/* Replaces the indirect jumps of 'f', the last function in the image.  Returns
 * OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_replace_jumps(struct loader *,
                                            const struct elf_function *f);

/* jump-tables.c. */

/* Whether 'sec' holds what indirect jumps load. */
bool okobpf_elf_is_jump_tables(const struct elf_section *sec);

/* If the relocation 'rel' of 'sec', a section of data, is for the address of
 * a place in the code, stores that place, in bytes from the start of its
 * section, in '*address' and returns true. */
bool okobpf_elf_code_address(const struct elf *, const struct elf_section *sec,
                             const struct elf_rel *rel, uint64_t *address);

/* maps.c.  Fills in the image's maps and resolves the references to them
 * in its instructions.  Returns OKOBPF_OK, or reports the failure. */
enum okobpf_status okobpf_elf_resolve_maps(struct loader *);

/* lines.c.  Fills in the image's lines, as far as the object has them. */
void okobpf_elf_load_lines(struct loader *);

/* load.c.  Where the instruction at 'insn' of the image comes from. */
const char *okobpf_elf_insn_section(const struct loader *, uint32_t insn,
                                    uint64_t *offset);

/* ../image.c. */

/* Returns 'size' zeroed bytes that okobpf_image_uninit() frees, or NULL. */
void *okobpf_image_alloc(struct image *, size_t size);
char *okobpf_image_strdup(struct image *, const char *, size_t max_len);

#endif /* load.h */
