/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* BTF, the type and line information that clang -g adds to BPF objects.
 *
 * It is as little to be trusted as the rest of the file.  What is damaged is
 * taken for missing: nobody loses a program for its debug information, except
 * where it holds the definitions of maps. */

#ifndef OKOBPF_OBJECT_BTF_H
#define OKOBPF_OBJECT_BTF_H 1

#include "object/elf.h"

struct btf {
    const uint8_t *types;       /* Type section, not aligned. */
    uint32_t types_size;
    uint32_t *offsets;          /* Of each type in 'types'; [0] is unused. */
    uint32_t n_types;           /* One more than the highest number. */

    const char *strings;        /* Ends with a null byte. */
    uint32_t strings_size;

    struct btf_var *vars;       /* Sorted by name. */
    uint32_t n_vars;
};

/* A global variable. */
struct btf_var {
    const char *name;
    uint32_t type;
};

/* Opens the type information of 'elf'.  Returns false, with '*btf' such that
 * okobpf_btf_close() does nothing, if there is none that can be used. */
bool okobpf_btf_open(const struct elf *elf, struct btf *btf);
void okobpf_btf_close(struct btf *);

/* Whether the variable 'name' is of a structure type that begins with members
 * "type", "key_size" and "value_size": 1 if so, 0 if not, -1 if unknown. */
int okobpf_btf_is_map_def(const struct btf *, const char *name);

/* What is wrong with a map's definition. */
struct btf_map_error {
    const char *member;         /* That is to blame, or "". */
    char text[128];
};

/* Fills in all of '*spec' but its name from the variable 'name', a map defined
 * as libbpf's users do, with __uint() and __type().  Notes in '*report' what
 * means nothing here.  Returns false, with the reason in '*error', if there is
 * something that it cannot do without. */
bool okobpf_btf_get_map_spec(const struct btf *, const char *name,
                             struct map_spec *spec, struct okobpf_report *,
                             struct btf_map_error *error);

/* A function. */
struct btf_func {
    const char *name;
    const uint8_t *params;
    uint32_t n_args;
};

/* Finds the next function behind type number '*id', 0 to begin with.  Returns
 * false at the end. */
bool okobpf_btf_next_func(const struct btf *, uint32_t *id, struct btf_func *);

/* Finds the function 'name'.  Returns false if it is not known. */
bool okobpf_btf_find_func(const struct btf *, const char *name,
                          struct btf_func *);

/* What a function takes. */
enum btf_arg_kind {
    BTF_ARG_NONE,               /* No such argument. */
    BTF_ARG_NUMBER,             /* No pointer. */
    BTF_ARG_POINTER,            /* To something that is no structure. */
    BTF_ARG_STRUCT,             /* A pointer to a structure or union. */
};

struct btf_arg {
    const char *name;           /* Of what a pointer points to, or "". */
    const uint8_t *members;
    uint32_t n_members;         /* 0 if it is only declared. */
};

/* Tells of argument 'i' of a function, 0 for the first. */
enum btf_arg_kind okobpf_btf_func_arg(const struct btf *,
                                      const struct btf_func *, uint32_t i,
                                      struct btf_arg *);

/* A member of the structure that an argument points to. */
struct btf_member {
    const char *name;
    uint32_t bit_offset;
    uint32_t size;              /* Bytes, 0 if it has none. */
};

/* Tells of member 'i' < 'arg->n_members'. */
void okobpf_btf_arg_member(const struct btf *, const struct btf_arg *,
                           uint32_t i, struct btf_member *);

/* A record of line information, as it stands in the object. */
struct btf_line {
    const char *section;
    uint64_t offset;            /* Bytes within the section. */
    uint32_t line;
    uint32_t file;              /* Offset in 'strings', in range. */
    uint32_t text;              /* Likewise. */
};

/* Stores the line information of 'elf' in '*lines', which the caller must
 * free(), and returns how many there are. */
size_t okobpf_btf_get_lines(const struct btf *, const struct elf *elf,
                            struct btf_line **lines);

#endif /* btf.h */
