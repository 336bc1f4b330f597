/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What BTF tells of functions: what they take. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/btf-types.h"

struct file_param {
    uint32_t name;
    uint32_t type;
};

bool
okobpf_btf_next_func(const struct btf *btf, uint32_t *id,
                     struct btf_func *func)
{
    for (*id += 1; *id < btf->n_types; *id += 1) {
        struct file_type t, proto;

        if (!okobpf_btf_type(btf, *id, &t) || btf_type_kind(&t) != KIND_FUNC) {
            continue;
        }
        func->name = okobpf_btf_string(btf, t.name);
        func->params = okobpf_btf_type(btf, t.size_or_type, &proto);
        func->n_args = (func->params
                        && btf_type_kind(&proto) == KIND_FUNC_PROTO
                        ? btf_type_vlen(&proto) : 0);
        return true;
    }
    return false;
}

bool
okobpf_btf_find_func(const struct btf *btf, const char *name,
                     struct btf_func *func)
{
    uint32_t id = 0;

    while (okobpf_btf_next_func(btf, &id, func)) {
        if (!strcmp(func->name, name)) {
            return true;
        }
    }
    return false;
}

/* Returns the name of type 'id', that of a typedef if it has no other, or
 * "". */
static const char *
type_name(const struct btf *btf, uint32_t id)
{
    const char *name = "";

    for (int depth = 0; depth < BTF_MAX_DEPTH; depth++) {
        struct file_type t;

        if (!okobpf_btf_type(btf, id, &t)) {
            break;
        }
        if (okobpf_btf_string(btf, t.name)[0]) {
            name = okobpf_btf_string(btf, t.name);
        }
        switch (btf_type_kind(&t)) {
        case KIND_TYPEDEF:
        case KIND_VOLATILE:
        case KIND_CONST:
        case KIND_RESTRICT:
        case KIND_TYPE_TAG:
            id = t.size_or_type;
            break;
        default:
            return name;
        }
    }
    return name;
}

enum btf_arg_kind
okobpf_btf_func_arg(const struct btf *btf, const struct btf_func *func,
                    uint32_t i, struct btf_arg *arg)
{
    struct file_param param;
    struct file_type t;
    uint32_t target;

    *arg = (struct btf_arg) { .name = "" };
    if (i >= func->n_args) {
        return BTF_ARG_NONE;
    }
    memcpy(&param, func->params + i * sizeof param, sizeof param);
    if (!okobpf_btf_pointer_target(btf, param.type, &target)) {
        return BTF_ARG_NUMBER;
    }
    arg->name = type_name(btf, target);
    arg->members = okobpf_btf_plain_type(btf, target, &t);
    if (!arg->members) {
        return BTF_ARG_POINTER; /* To void, for one. */
    }
    switch (btf_type_kind(&t)) {
    case KIND_STRUCT:
    case KIND_UNION:
        arg->n_members = btf_type_vlen(&t);
        return BTF_ARG_STRUCT;
    case KIND_FWD:
        return BTF_ARG_STRUCT;
    default:
        return BTF_ARG_POINTER;
    }
}

void
okobpf_btf_arg_member(const struct btf *btf, const struct btf_arg *arg,
                      uint32_t i, struct btf_member *member)
{
    struct file_member m;

    memcpy(&m, arg->members + i * sizeof m, sizeof m);
    *member = (struct btf_member) {
        .name = okobpf_btf_string(btf, m.name),
        .bit_offset = m.offset,
        .size = okobpf_btf_type_size(btf, m.type),
    };
}
