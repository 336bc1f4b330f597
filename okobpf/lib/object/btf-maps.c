/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What BTF tells of maps: their definitions, in the manner of libbpf's users.
 */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/btf-types.h"

#include <inttypes.h>
#include <stdio.h>

/* Stores the structure type of the variable 'name' in '*t' and returns its
 * members, or NULL if there is no such variable.  If it is no structure, then
 * '*t' has no members. */
static const uint8_t *
get_var_struct(const struct btf *btf, const char *name, struct file_type *t)
{
    const uint8_t *extra
        = okobpf_btf_plain_type(btf, okobpf_btf_var_type(btf, name), t);

    if (extra && btf_type_kind(t) != KIND_STRUCT) {
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
okobpf_btf_is_map_def(const struct btf *btf, const char *name)
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

        if (i >= btf_type_vlen(&t)) {
            return 0;
        }
        get_member(members, i, &m);
        if (strcmp(okobpf_btf_string(btf, m.name), names[i])) {
            return 0;
        }
    }
    return 1;
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

    if (!okobpf_btf_pointer_target(btf, id, &target)) {
        return false;
    }
    extra = okobpf_btf_plain_type(btf, target, &t);
    if (!extra || btf_type_kind(&t) != KIND_ARRAY) {
        return false;
    }
    memcpy(&a, extra, sizeof a);
    *value = a.n_elems;
    return true;
}

/* Flags of maps in Linux that are about things that there are none of here.
 * The first of them is so common that nobody needs to be told. */
#define F_NO_PREALLOC (UINT32_C(1) << 0)
#define F_NO_COMMON_LRU (UINT32_C(1) << 1)
#define F_NUMA_NODE (UINT32_C(1) << 2)
#define F_RDONLY (UINT32_C(1) << 3)
#define F_WRONLY (UINT32_C(1) << 4)
#define F_ZERO_SEED (UINT32_C(1) << 6)
#define F_RDONLY_PROG (UINT32_C(1) << 7)
#define F_WRONLY_PROG (UINT32_C(1) << 8)
#define F_MMAPABLE (UINT32_C(1) << 10)
#define F_IGNORED (F_NO_COMMON_LRU | F_NUMA_NODE | F_RDONLY | F_WRONLY        \
                   | F_ZERO_SEED | F_RDONLY_PROG | F_WRONLY_PROG            \
                   | F_MMAPABLE)

/* Values of 'pinning'. */
#define PIN_NONE 0
#define PIN_BY_NAME 1

static bool
take_flags(uint32_t flags, const struct map_spec *spec,
           struct okobpf_report *report, struct btf_map_error *error)
{
    uint32_t unknown = flags & ~(F_NO_PREALLOC | F_IGNORED);

    if (unknown) {
        snprintf(error->text, sizeof error->text, "unknown flags 0x%"PRIx32
                 ": expected none, or 0x1 (BPF_F_NO_PREALLOC)", unknown);
        return false;
    }
    if (flags & F_IGNORED) {
        okobpf_report_note(report, "map \"%s\", member map_flags: 0x%"PRIx32
                           " is ignored, which means nothing here", spec->name,
                           flags & F_IGNORED);
    }
    return true;
}

static bool
take_pinning(uint32_t pinning, struct map_spec *spec,
             struct btf_map_error *error)
{
    if (pinning > PIN_BY_NAME) {
        snprintf(error->text, sizeof error->text, "expected 0, or 1 to share "
                 "the map by its name (LIBBPF_PIN_BY_NAME), got %"PRIu32,
                 pinning);
        return false;
    }
    spec->shared = pinning == PIN_BY_NAME;
    return true;
}

/* Takes over one member of a map's definition.  Returns false, with the reason
 * in '*error', if that cannot be done. */
static bool
get_map_member(const struct btf *btf, const struct file_member *m,
               struct map_spec *spec, struct okobpf_report *report,
               struct btf_map_error *error)
{
    const char *name = okobpf_btf_string(btf, m->name);
    uint32_t flags = 0, pinning = 0, node = 0, extra = 0;
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
        { "pinning", &pinning },
        { "numa_node", &node },
        { "map_extra", &extra },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name)) {
            continue;
        }
        if (!get_uint(btf, m->type, numbers[i].value)) {
            snprintf(error->text, sizeof error->text,
                     "expected a number, as __uint() defines one");
            return false;
        }
        if (numbers[i].value == &node || (numbers[i].value == &extra
                                          && extra)) {
            okobpf_report_note(report,
                               "map \"%s\", member %s: ignored, which means "
                               "nothing here",
                               spec->name, name);
        }
        return (take_flags(flags, spec, report, error)
                && (numbers[i].value != &pinning
                    || take_pinning(pinning, spec, error)));
    }

    bool is_key = !strcmp(name, "key");
    if (is_key || !strcmp(name, "value")) {
        uint32_t target;
        uint32_t size = (okobpf_btf_pointer_target(btf, m->type, &target)
                         ? okobpf_btf_type_size(btf, target) : 0);

        if (!size) {
            snprintf(error->text, sizeof error->text, "expected a type with a "
                     "size, as __type() defines one");
            return false;
        }
        *(is_key ? &spec->key_size : &spec->value_size) = size;
        return true;
    }
    snprintf(error->text, sizeof error->text, "%s",
             strcmp(name, "values") ? "not supported here"
             : "maps of maps are not supported here");
    return false;
}

bool
okobpf_btf_get_map_spec(const struct btf *btf, const char *name,
                        struct map_spec *spec, struct okobpf_report *report,
                        struct btf_map_error *error)
{
    const uint8_t *members;
    struct file_type t;

    error->member = "";
    members = get_var_struct(btf, name, &t);
    if (!members) {
        snprintf(error->text, sizeof error->text, "no type information");
        return false;
    }
    for (uint32_t i = 0; i < btf_type_vlen(&t); i++) {
        struct file_member m;

        get_member(members, i, &m);
        if (!get_map_member(btf, &m, spec, report, error)) {
            error->member = okobpf_btf_string(btf, m.name);
            return false;
        }
    }
    return true;
}
