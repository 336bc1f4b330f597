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

/* What BTF tells of maps: their definitions in the manner of libbpf's users.
 */

#include "object/btf-types.h"

#include <stdlib.h>

/* Stores the structure type of the variable 'name' in '*t' and returns its
 * members, or NULL if there is no such variable.  If it is no structure, then
 * '*t' has no members. */
static const uint8_t *
get_var_struct(const struct btf *btf, const char *name, struct file_type *t)
{
    const uint8_t *extra = btf_plain_type(btf, btf_var_type(btf, name), t);

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

        if (i >= btf_type_vlen(&t)) {
            return 0;
        }
        get_member(members, i, &m);
        if (strcmp(btf_string(btf, m.name), names[i])) {
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

    if (!btf_pointer_target(btf, id, &target)) {
        return false;
    }
    extra = btf_plain_type(btf, target, &t);
    if (!extra || btf_type_kind(&t) != KIND_ARRAY) {
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
    const char *name = btf_string(btf, m->name);
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
        uint32_t size = (btf_pointer_target(btf, m->type, &target)
                         ? btf_type_size(btf, target) : 0);

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
    for (uint32_t i = 0; i < btf_type_vlen(&t); i++) {
        struct file_member m;
        const char *error;

        get_member(members, i, &m);
        error = get_map_member(btf, &m, spec);
        if (error) {
            *member = btf_string(btf, m.name);
            return error;
        }
    }
    return NULL;
}
