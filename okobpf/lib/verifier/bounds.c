/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Bounds of memory. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "verifier/verifier.h"

/* Offsets are not distinguished beyond this: it is farther than any memory
 * goes, and can be added to. */
#define FAR_AWAY (INT64_C(1) << 40)

static int64_t
clamp(int64_t ofs)
{
    return ofs < -FAR_AWAY ? -FAR_AWAY : ofs > FAR_AWAY ? FAR_AWAY : ofs;
}

static bool
check_packet_bounds(struct verifier *v, const struct val *ptr,
                    const char *what, int64_t ofs, uint64_t size)
{
    int64_t smin = clamp(ptr->s.r.smin);
    int64_t smax = clamp(ptr->s.r.smax);

    if (smin + ofs < 0) {
        return okobpf_refuse(
            v,
            "make offsets unsigned, and bound them, before "
            "adding them to a pointer",
            "read of %llu bytes before the start of the packet: the "
            "offset in %s may be as low as %lld",
            (unsigned long long) size, what, (long long) (smin + ofs));
    }
    if (smax <= MAX_PKT_LEN
        && smax + ofs + size <= (uint64_t) v->cur->len_min) {
        return true;
    }
    if (ptr->id && ptr->range != RANGE_NONE
        && ptr->delta + ofs + (int64_t) size <= (int64_t) ptr->range) {
        return true;
    }

    if (ptr->id == ID_PKT_LEN && ptr->form == FORM_PLAIN
        && ptr->delta + ofs >= 0) {
        return okobpf_refuse(
            v,
            "read only before the end of the packet, which is "
            "for comparisons",
            "read of %llu bytes at %s + %lld (%s + %lld), where the "
            "packet has ended",
            (unsigned long long) size,
            v->image->abi == OKOBPF_ABI_CONTEXT ? "data_end"
                                                : "the end of the packet",
            (long long) (ptr->delta + ofs), what, (long long) ofs);
    }
    if (scalar_is_const(&ptr->s)) {
        /* As of a context, by a program that only type information would tell
         * from one that takes the packet. */
        bool takes_ctx = (v->image->abi == OKOBPF_ABI_PACKET && size == 8
                          && (smin + ofs == 0 || smin + ofs == 8)
                          && v->image->name
                          && strcmp(v->image->name, "entry"));

        return okobpf_refuse(
            v,
            takes_ctx ? "if the program takes const struct oko_ctx *, write "
                        "SEC(\"filter\") in front of it; if it takes the "
                        "packet, compare the offset of what is read with the "
                        "packet's length first"
            : v->image->abi == OKOBPF_ABI_PACKET
                ? "compare the offset of what is read with the packet's "
                  "length first, such as: if (pkt_len < 14 + 20) "
                  "return 0;"
                : "compare the end of what is read with data_end first, "
                  "such as: if (data + 14 + 20 > data_end) return 0;",
            "read of %llu bytes at offset %lld of the packet, of "
            "which %u bytes are known to exist here",
            (unsigned long long) size, (long long) (smin + ofs),
            v->cur->len_min);
    }
    return okobpf_refuse(
        v,
        v->image->abi == OKOBPF_ABI_PACKET
            ? "compare the same variable offset with the packet's "
              "length first, such as: if (ofs + 20 > pkt_len) return 0;"
            : "compare the same pointer with data_end first, such as: "
              "if (ptr + 20 > data_end) return 0;",
        "read of %llu bytes at a variable offset of the packet, %s "
        "+ %lld, of which %lld bytes are known to exist here",
        (unsigned long long) size, what, (long long) ofs,
        (long long) (ptr->range == RANGE_NONE      ? 0
                     : ptr->range - ptr->delta > 0 ? ptr->range - ptr->delta
                                                   : 0));
}

/* Bytes of a value that programs may access. */
static uint32_t
map_value_size(const struct map_spec *map)
{
    /* A sketch gives its answer as a 32-bit integer. */
    return (map->type == OKOBPF_MAP_BLOOM || map->type == OKOBPF_MAP_COUNTMIN
            ? 4 : map->value_size);
}

static bool
map_value_read_only(const struct map_spec *map)
{
    return (map->read_only || map->type == OKOBPF_MAP_BLOOM
            || map->type == OKOBPF_MAP_COUNTMIN);
}

static bool
check_value_bounds(struct verifier *v, const struct val *ptr,
                   const char *what, int64_t ofs, uint64_t size,
                   enum access access)
{
    const struct map_spec *map = &v->image->maps[ptr->map];
    int64_t value_size = map_value_size(map);
    int64_t smin = clamp(ptr->s.r.smin);
    int64_t smax = clamp(ptr->s.r.smax);

    if (access == ACCESS_WRITE && map_value_read_only(map)) {
        return okobpf_refuse(
            v,
            map->read_only ? "make the variable non-const"
                           : "change sketches with map_add() only",
            "write to a value of the map '%s', which can only be "
            "read",
            map->name ? map->name : "?");
    }
    if (smin + ofs < 0
        || size > value_size
        || smax + ofs + (int64_t) size > value_size) {
        return okobpf_refuse(
            v,
            "bound the index before use, such as: "
            "if (i < N) ... value[i], and make it unsigned",
            "access of %llu bytes at offset %lld to %lld (%s) of a "
            "value of the map '%s', which has %lld bytes",
            (unsigned long long) size, (long long) (smin + ofs),
            (long long) (smax + ofs), what, map->name ? map->name : "?",
            (long long) value_size);
    }
    return true;
}

static bool
check_stack_bounds(struct verifier *v, const struct val *ptr,
                   const char *what, int64_t ofs, uint64_t size)
{
    int64_t start = ptr->s.r.smin + ofs;
    int64_t last = ptr->s.r.smax + ofs;

    if (start >= -BPF_STACK_SIZE && size <= BPF_STACK_SIZE
        && last + (int64_t) size <= 0) {
        return true;
    }
    if (!scalar_is_const(&ptr->s)) {
        return okobpf_refuse(
            v,
            "bound the index before use, such as: "
            "if (i < N) ... array[i], and make it unsigned",
            "access of %llu bytes at offset %lld to %lld (%s) of "
            "the stack: expected between -%d and 0",
            (unsigned long long) size, (long long) start, (long long) last,
            what, BPF_STACK_SIZE);
    }
    return okobpf_refuse(
        v, "put large variables into a map",
        "access of %llu bytes at offset %lld (%s) of the stack: "
        "expected between -%d and 0",
        (unsigned long long) size, (long long) start, what, BPF_STACK_SIZE);
}

bool
okobpf_check_mem(struct verifier *v, const struct val *ptr, const char *what,
                 int64_t ofs, uint64_t size, enum access access)
{
    switch ((enum val_type) ptr->type) {
    case V_PKT:
        if (access == ACCESS_WRITE) {
            return okobpf_refuse(
                v, "copy what is to be changed to the stack",
                "write to the packet, which can only be read");
        }
        return check_packet_bounds(v, ptr, what, ofs, size);

    case V_VALUE:
        return check_value_bounds(v, ptr, what, ofs, size, access);

    case V_STACK:
        return check_stack_bounds(v, ptr, what, ofs, size);

    case V_VALUE_OR_NULL:
        return okobpf_refuse(
            v,
            "check the result of the lookup before use: "
            "if (!value) return 0;",
            "%s may be NULL: it is the unchecked result of a lookup "
            "in the map '%s'",
            what,
            v->image->maps[ptr->map].name ? v->image->maps[ptr->map].name
                                          : "?");

    case V_CTX:
        if (access == ACCESS_WRITE) {
            return okobpf_refuse(
                v, "copy what is to be changed to the stack",
                "write to the context, which can only be read");
        }
        return okobpf_refuse(
            v, "copy what is needed to the stack",
            "%s is the context, of which only single fields can be "
            "read",
            what);

    case V_MAP:
        return okobpf_refuse(v, "look up values with map_lookup()",
                             "%s is a map, whose memory can't be accessed",
                             what);

    case V_PKT_NEG:
    case V_PKT_LOW:
    case V_PKT_NEG_LOW:
        return okobpf_refuse(v,
                             "make pointers in 64 bits, by adding numbers to "
                             "pointers",
                             "%s is %s, not a pointer", what,
                             okobpf_val_type_name(v, ptr));

    case V_NULLS:
    case V_NOT_NULL:
        return okobpf_refuse(v, "use the pointer to one value", "%s is %s",
                             what, okobpf_val_type_name(v, ptr));

    case V_SCALAR:
        if (scalar_is_const(&ptr->s) && !ptr->s.r.umax) {
            return okobpf_refuse(v,
                                 "check the result of the lookup before use: "
                                 "if (!value) return 0;",
                                 "%s may be NULL: on this path it is", what);
        }
        return okobpf_refuse(v,
                             "use only the program's arguments, addresses of "
                             "variables and results of lookups as pointers",
                             "%s is a number, not a pointer", what);

    case V_NONE:
        break;
    }
    return okobpf_refuse(v, "initialize the variable on every path",
                         "%s is not initialized", what);
}
