/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/btf-types.h"

#include <stdlib.h>
#include "mem.h"

/* As it stands in the object, in the byte order of the machine. */

struct file_header {
    uint16_t magic;
    uint8_t version;
    uint8_t flags;
    uint32_t header_size;
    uint32_t types_offset;      /* From the end of the header. */
    uint32_t types_size;
    uint32_t strings_offset;
    uint32_t strings_size;
};

struct file_ext_header {
    uint16_t magic;
    uint8_t version;
    uint8_t flags;
    uint32_t header_size;
    uint32_t funcs_offset;
    uint32_t funcs_size;
    uint32_t lines_offset;
    uint32_t lines_size;
};

struct file_line {
    uint32_t insn_offset;
    uint32_t file;
    uint32_t text;
    uint32_t line_column;       /* Column in the low 10 bits. */
};

#define BTF_MAGIC 0xeb9f

/* Returns the number of bytes that follow the common part of 't', or
 * UINT32_MAX if its kind is not known. */
static uint32_t
type_extra_size(const struct file_type *t)
{
    switch (btf_type_kind(t)) {
    case KIND_PTR:
    case KIND_FWD:
    case KIND_TYPEDEF:
    case KIND_VOLATILE:
    case KIND_CONST:
    case KIND_RESTRICT:
    case KIND_FUNC:
    case KIND_FLOAT:
    case KIND_TYPE_TAG:
        return 0;
    case KIND_INT:
    case KIND_VAR:
    case KIND_DECL_TAG:
        return 4;
    case KIND_ARRAY:
        return 12;
    case KIND_ENUM:
    case KIND_FUNC_PROTO:
        return btf_type_vlen(t) * 8;
    case KIND_STRUCT:
    case KIND_UNION:
    case KIND_DATASEC:
    case KIND_ENUM64:
        return btf_type_vlen(t) * 12;
    default:
        return UINT32_MAX;
    }
}

static int
compare_vars(const void *a_, const void *b_)
{
    const struct btf_var *a = a_;
    const struct btf_var *b = b_;

    return strcmp(a->name, b->name);
}

uint32_t
okobpf_btf_var_type(const struct btf *btf, const char *name)
{
    const struct btf_var key = { .name = name };
    const struct btf_var *var = (btf->n_vars
                                 ? bsearch(&key, btf->vars, btf->n_vars,
                                           sizeof *btf->vars, compare_vars)
                                 : NULL);

    return var ? var->type : 0;
}

const char *
okobpf_btf_string(const struct btf *btf, uint32_t offset)
{
    return offset < btf->strings_size ? btf->strings + offset : "";
}

const uint8_t *
okobpf_btf_type(const struct btf *btf, uint32_t id, struct file_type *t)
{
    if (!id || id >= btf->n_types) {
        return NULL;
    }
    memcpy(t, btf->types + btf->offsets[id], sizeof *t);
    return btf->types + btf->offsets[id] + sizeof *t;
}

const uint8_t *
okobpf_btf_plain_type(const struct btf *btf, uint32_t id, struct file_type *t)
{
    for (int depth = 0; depth < BTF_MAX_DEPTH; depth++) {
        const uint8_t *extra = okobpf_btf_type(btf, id, t);

        if (!extra) {
            return NULL;
        }
        switch (btf_type_kind(t)) {
        case KIND_TYPEDEF:
        case KIND_VOLATILE:
        case KIND_CONST:
        case KIND_RESTRICT:
        case KIND_TYPE_TAG:
            id = t->size_or_type;
            break;
        default:
            return extra;
        }
    }
    return NULL;
}

/* Opening. */

/* Finds the types and variables. */
static bool
index_types(struct btf *btf)
{
    uint32_t max_types = btf->types_size / sizeof(struct file_type);
    uint32_t pos = 0;

    btf->offsets
        = okobpf_mem_alloc((uint64_t) max_types + 1, sizeof *btf->offsets);
    btf->vars = okobpf_mem_alloc(max_types, sizeof *btf->vars);
    if (!btf->offsets || !btf->vars) {
        return false;
    }

    btf->n_types = 1;
    while (pos < btf->types_size) {
        struct file_type t;
        uint32_t extra_size;

        if (!elf_in_range(pos, sizeof t, btf->types_size)) {
            return false;
        }
        memcpy(&t, btf->types + pos, sizeof t);
        extra_size = type_extra_size(&t);
        if (!elf_in_range(pos + sizeof t, extra_size, btf->types_size)) {
            return false;
        }
        btf->offsets[btf->n_types++] = pos;
        if (btf_type_kind(&t) == KIND_VAR) {
            btf->vars[btf->n_vars++] = (struct btf_var) {
                .name = okobpf_btf_string(btf, t.name),
                .type = t.size_or_type,
            };
        }
        pos += sizeof t + extra_size;
    }
    qsort(btf->vars, btf->n_vars, sizeof *btf->vars, compare_vars);
    return true;
}

bool
okobpf_btf_open(const struct elf *elf, struct btf *btf)
{
    const struct elf_section *sec = okobpf_elf_section_by_name(elf, ".BTF");
    struct file_header h;

    memset(btf, 0, sizeof *btf);
    if (!sec || !sec->data || sec->size < sizeof h
        || sec->size > UINT32_MAX) {
        return false;
    }
    memcpy(&h, sec->data, sizeof h);
    if (h.magic != BTF_MAGIC || h.version != 1
        || !elf_in_range((uint64_t) h.header_size + h.types_offset,
                         h.types_size, sec->size)
        || !elf_in_range((uint64_t) h.header_size + h.strings_offset,
                         h.strings_size, sec->size)
        || !h.strings_size) {
        return false;
    }
    btf->types = sec->data + h.header_size + h.types_offset;
    btf->types_size = h.types_size;
    btf->strings = (const char *) sec->data + h.header_size
                   + h.strings_offset;
    btf->strings_size = h.strings_size;
    if (btf->strings[h.strings_size - 1] || !index_types(btf)) {
        okobpf_btf_close(btf);
        return false;
    }
    return true;
}

void
okobpf_btf_close(struct btf *btf)
{
    free(btf->offsets);
    free(btf->vars);
    memset(btf, 0, sizeof *btf);
}

uint32_t
okobpf_btf_type_size(const struct btf *btf, uint32_t id)
{
    uint64_t n = 1;

    for (int depth = 0; depth < BTF_MAX_DEPTH; depth++) {
        const uint8_t *extra;
        struct file_array a;
        struct file_type t;

        extra = okobpf_btf_plain_type(btf, id, &t);
        if (!extra) {
            return 0;
        }
        switch (btf_type_kind(&t)) {
        case KIND_INT:
        case KIND_STRUCT:
        case KIND_UNION:
        case KIND_ENUM:
        case KIND_ENUM64:
        case KIND_FLOAT:
            n *= t.size_or_type;
            return n <= UINT32_MAX ? n : 0;
        case KIND_PTR:
            n *= 8;
            return n <= UINT32_MAX ? n : 0;
        case KIND_ARRAY:
            memcpy(&a, extra, sizeof a);
            n *= a.n_elems;
            if (n > UINT32_MAX) {
                return 0;
            }
            id = a.type;
            break;
        default:
            return 0;
        }
    }
    return 0;
}

bool
okobpf_btf_pointer_target(const struct btf *btf, uint32_t id, uint32_t *target)
{
    struct file_type t;

    if (!okobpf_btf_plain_type(btf, id, &t) || btf_type_kind(&t) != KIND_PTR) {
        return false;
    }
    *target = t.size_or_type;
    return true;
}

/* Lines. */

/* Takes over the 'size' bytes of records at 'p', all of one section. */
static size_t
get_section_lines(const struct btf *btf, const char *section,
                  const uint8_t *p, uint32_t n, uint32_t record_size,
                  struct btf_line *lines)
{
    size_t n_lines = 0;

    for (uint32_t i = 0; i < n; i++, p += record_size) {
        struct file_line line;

        memcpy(&line, p, sizeof line);
        if (line.file < btf->strings_size && line.text < btf->strings_size) {
            lines[n_lines++] = (struct btf_line) {
                .section = section,
                .offset = line.insn_offset,
                .line = line.line_column >> 10,
                .file = line.file,
                .text = line.text,
            };
        }
    }
    return n_lines;
}

size_t
okobpf_btf_get_lines(const struct btf *btf, const struct elf *elf,
                     struct btf_line **lines)
{
    const struct elf_section *sec
        = okobpf_elf_section_by_name(elf, ".BTF.ext");
    uint32_t record_size, left;
    struct file_ext_header h;
    const uint8_t *p;
    size_t n = 0;

    *lines = NULL;
    if (!sec || !sec->data || sec->size < sizeof h) {
        return 0;
    }
    memcpy(&h, sec->data, sizeof h);
    if (h.magic != BTF_MAGIC || h.version != 1 || h.lines_size < 4
        || !elf_in_range((uint64_t) h.header_size + h.lines_offset,
                         h.lines_size, sec->size)) {
        return 0;
    }
    p = sec->data + h.header_size + h.lines_offset;
    left = h.lines_size - 4;
    memcpy(&record_size, p, 4);
    p += 4;
    if (record_size < sizeof(struct file_line)) {
        return 0;
    }
    *lines = okobpf_mem_alloc(left / sizeof(struct file_line), sizeof **lines);
    if (!*lines) {
        return 0;
    }

    /* For each section: its name, the number of records, the records. */
    while (left >= 8) {
        uint32_t name, n_records;

        memcpy(&name, p, 4);
        memcpy(&n_records, p + 4, 4);
        p += 8;
        left -= 8;
        if (n_records > left / record_size) {
            break;
        }
        n += get_section_lines(btf, okobpf_btf_string(btf, name), p, n_records,
                               record_size, *lines + n);
        p += n_records * record_size;
        left -= n_records * record_size;
    }
    return n;
}
