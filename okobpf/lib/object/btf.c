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

#include "object/btf.h"

#include <stdlib.h>
#include <string.h>
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

struct file_type {
    uint32_t name;
    uint32_t info;
    uint32_t size_or_type;
};

struct file_member {
    uint32_t name;
    uint32_t type;
    uint32_t offset;
};

struct file_array {
    uint32_t type;
    uint32_t index_type;
    uint32_t n_elems;
};

struct file_line {
    uint32_t insn_offset;
    uint32_t file;
    uint32_t text;
    uint32_t line_column;       /* Column in the low 10 bits. */
};

enum btf_kind {
    KIND_INT = 1,
    KIND_PTR = 2,
    KIND_ARRAY = 3,
    KIND_STRUCT = 4,
    KIND_UNION = 5,
    KIND_ENUM = 6,
    KIND_FWD = 7,
    KIND_TYPEDEF = 8,
    KIND_VOLATILE = 9,
    KIND_CONST = 10,
    KIND_RESTRICT = 11,
    KIND_FUNC = 12,
    KIND_FUNC_PROTO = 13,
    KIND_VAR = 14,
    KIND_DATASEC = 15,
    KIND_FLOAT = 16,
    KIND_DECL_TAG = 17,
    KIND_TYPE_TAG = 18,
    KIND_ENUM64 = 19,
};

#define BTF_MAGIC 0xeb9f
#define MAX_DEPTH 32            /* Of types within types. */

static int
type_kind(const struct file_type *t)
{
    return t->info >> 24 & 0x1f;
}

static uint32_t
type_vlen(const struct file_type *t)
{
    return t->info & 0xffff;
}

/* Returns the number of bytes that follow the common part of 't', or
 * UINT32_MAX if its kind is not known. */
static uint32_t
type_extra_size(const struct file_type *t)
{
    switch (type_kind(t)) {
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
        return type_vlen(t) * 8;
    case KIND_STRUCT:
    case KIND_UNION:
    case KIND_DATASEC:
    case KIND_ENUM64:
        return type_vlen(t) * 12;
    default:
        return UINT32_MAX;
    }
}

static const char *
get_string(const struct btf *btf, uint32_t offset)
{
    return offset < btf->strings_size ? btf->strings + offset : "";
}

/* Stores type number 'id' in '*t' and returns what follows it, or NULL if
 * there is no such type. */
static const uint8_t *
get_type(const struct btf *btf, uint32_t id, struct file_type *t)
{
    if (!id || id >= btf->n_types) {
        return NULL;
    }
    memcpy(t, btf->types + btf->offsets[id], sizeof *t);
    return btf->types + btf->offsets[id] + sizeof *t;
}

/* As get_type(), past typedefs and qualifiers. */
static const uint8_t *
get_plain_type(const struct btf *btf, uint32_t id, struct file_type *t)
{
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        const uint8_t *extra = get_type(btf, id, t);

        if (!extra) {
            return NULL;
        }
        switch (type_kind(t)) {
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

static int
compare_vars(const void *a_, const void *b_)
{
    const struct btf_var *a = a_;
    const struct btf_var *b = b_;

    return strcmp(a->name, b->name);
}

/* Finds the types and variables. */
static bool
index_types(struct btf *btf)
{
    uint32_t max_types = btf->types_size / sizeof(struct file_type);
    uint32_t pos = 0;

    btf->offsets = mem_alloc((uint64_t) max_types + 1, sizeof *btf->offsets);
    btf->vars = mem_alloc(max_types, sizeof *btf->vars);
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
        if (type_kind(&t) == KIND_VAR) {
            btf->vars[btf->n_vars++] = (struct btf_var) {
                .name = get_string(btf, t.name),
                .type = t.size_or_type,
            };
        }
        pos += sizeof t + extra_size;
    }
    qsort(btf->vars, btf->n_vars, sizeof *btf->vars, compare_vars);
    return true;
}

bool
btf_open(const struct elf *elf, struct btf *btf)
{
    const struct elf_section *sec = elf_section_by_name(elf, ".BTF");
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
        btf_close(btf);
        return false;
    }
    return true;
}

void
btf_close(struct btf *btf)
{
    free(btf->offsets);
    free(btf->vars);
    memset(btf, 0, sizeof *btf);
}

/* Maps. */

/* Stores the structure type of the variable 'name' in '*t' and returns its
 * members, or NULL if there is no such variable.  If it is no structure, then
 * '*t' has no members. */
static const uint8_t *
get_var_struct(const struct btf *btf, const char *name, struct file_type *t)
{
    const struct btf_var key = { .name = name };
    const struct btf_var *var;
    const uint8_t *extra;

    var = (btf->n_vars
           ? bsearch(&key, btf->vars, btf->n_vars, sizeof *btf->vars,
                     compare_vars)
           : NULL);
    extra = var ? get_plain_type(btf, var->type, t) : NULL;
    if (extra && type_kind(t) != KIND_STRUCT) {
        t->info = 0;
    }
    return extra;
}

static void
get_member(const uint8_t *members, uint32_t i, struct file_member *m)
{
    memcpy(m, members + i * sizeof *m, sizeof *m);
}

int
btf_is_map_def(const struct btf *btf, const char *name)
{
    static const char *const names[] = { "type", "key_size", "value_size" };
    const uint8_t *members;
    struct file_type t;

    members = get_var_struct(btf, name, &t);
    if (!members) {
        return -1;
    }
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct file_member m;

        if (i >= type_vlen(&t)) {
            return 0;
        }
        get_member(members, i, &m);
        if (strcmp(get_string(btf, m.name), names[i])) {
            return 0;
        }
    }
    return 1;
}

/* Returns the size of type 'id' in bytes, or 0 if it has none or it is larger
 * than a 32-bit number can tell. */
static uint32_t
type_size(const struct btf *btf, uint32_t id)
{
    uint64_t n = 1;

    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        const uint8_t *extra;
        struct file_array a;
        struct file_type t;

        extra = get_plain_type(btf, id, &t);
        if (!extra) {
            return 0;
        }
        switch (type_kind(&t)) {
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

/* Stores the type that type 'id', a pointer, points to in '*target'. */
static bool
get_pointer_target(const struct btf *btf, uint32_t id, uint32_t *target)
{
    struct file_type t;

    if (!get_plain_type(btf, id, &t) || type_kind(&t) != KIND_PTR) {
        return false;
    }
    *target = t.size_or_type;
    return true;
}

/* Stores in '*value' the number that a member stands for, which __uint() has
 * made into the length of an array that type 'id' points to. */
static bool
get_uint(const struct btf *btf, uint32_t id, uint32_t *value)
{
    const uint8_t *extra;
    struct file_array a;
    struct file_type t;
    uint32_t target;

    if (!get_pointer_target(btf, id, &target)) {
        return false;
    }
    extra = get_plain_type(btf, target, &t);
    if (!extra || type_kind(&t) != KIND_ARRAY) {
        return false;
    }
    memcpy(&a, extra, sizeof a);
    *value = a.n_elems;
    return true;
}

/* Takes over one member of a map's definition. */
static const char *
get_map_member(const struct btf *btf, const struct file_member *m,
               struct map_spec *spec)
{
    const char *name = get_string(btf, m->name);
    uint32_t flags = 0;
    const struct {
        const char *name;
        uint32_t *value;
    } numbers[] = {
        { "type", &spec->type },
        { "key_size", &spec->key_size },
        { "value_size", &spec->value_size },
        { "max_entries", &spec->max_entries },
        { "nb_hash_functions", &spec->n_hash_functions },
        { "map_flags", &flags },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name)) {
            continue;
        }
        if (!get_uint(btf, m->type, numbers[i].value)) {
            return "expected a number, as __uint() defines one";
        }
        /* Linux demands this one of some kinds.  It means nothing here. */
        return flags & ~UINT32_C(1) ? "unknown flags" : NULL;
    }

    bool is_key = !strcmp(name, "key");
    if (is_key || !strcmp(name, "value")) {
        uint32_t target;
        uint32_t size = (get_pointer_target(btf, m->type, &target)
                         ? type_size(btf, target) : 0);

        if (!size) {
            return "expected a type with a size, as __type() defines one";
        }
        *(is_key ? &spec->key_size : &spec->value_size) = size;
        return NULL;
    }
    return "not supported here";
}

const char *
btf_get_map_spec(const struct btf *btf, const char *name,
                 struct map_spec *spec, const char **member)
{
    const uint8_t *members;
    struct file_type t;

    *member = "";
    members = get_var_struct(btf, name, &t);
    if (!members) {
        return "no type information";
    }
    for (uint32_t i = 0; i < type_vlen(&t); i++) {
        struct file_member m;
        const char *error;

        get_member(members, i, &m);
        error = get_map_member(btf, &m, spec);
        if (error) {
            *member = get_string(btf, m.name);
            return error;
        }
    }
    return NULL;
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
btf_get_lines(const struct btf *btf, const struct elf *elf,
              struct btf_line **lines)
{
    const struct elf_section *sec = elf_section_by_name(elf, ".BTF.ext");
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
    *lines = mem_alloc(left / sizeof(struct file_line), sizeof **lines);
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
        n += get_section_lines(btf, get_string(btf, name), p, n_records,
                               record_size, *lines + n);
        p += n_records * record_size;
        left -= n_records * record_size;
    }
    return n;
}
