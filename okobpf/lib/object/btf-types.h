/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Types in BTF, for those who read them: btf*.c.  As they stand in the object,
 * in the byte order of the machine. */

#ifndef OKOBPF_OBJECT_BTF_TYPES_H
#define OKOBPF_OBJECT_BTF_TYPES_H 1

#include <string.h>
#include "object/btf.h"

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

#define BTF_MAX_DEPTH 32        /* Of types within types. */

static inline int
btf_type_kind(const struct file_type *t)
{
    return t->info >> 24 & 0x1f;
}

static inline uint32_t
btf_type_vlen(const struct file_type *t)
{
    return t->info & 0xffff;
}

/* Returns the string at 'offset', "" if it is out of range. */
const char *okobpf_btf_string(const struct btf *, uint32_t offset);

/* Returns the type of the global variable 'name', or 0 if there is none. */
uint32_t okobpf_btf_var_type(const struct btf *, const char *name);

/* Stores type number 'id' in '*t' and returns what follows it, or NULL if
 * there is no such type. */
const uint8_t *okobpf_btf_type(const struct btf *, uint32_t id,
                               struct file_type *t);

/* As okobpf_btf_type(), past typedefs and qualifiers. */
const uint8_t *okobpf_btf_plain_type(const struct btf *, uint32_t id,
                                     struct file_type *t);

/* Returns the size of type 'id' in bytes, or 0 if it has none or it is larger
 * than a 32-bit number can tell. */
uint32_t okobpf_btf_type_size(const struct btf *, uint32_t id);

/* Stores the type that type 'id', a pointer, points to in '*target'.  Returns
 * false if it is no pointer. */
bool okobpf_btf_pointer_target(const struct btf *, uint32_t id,
                               uint32_t *target);

#endif /* btf-types.h */
