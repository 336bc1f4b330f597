/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps in section ".maps", as users of libbpf define them. */

#include "prog.h"

#define uint(NAME, VALUE) int (*NAME)[VALUE]
#define type(NAME, TYPE) TYPE *NAME

struct flow {
    u32 src, dst;
    u16 ports[2];
};
typedef const struct flow flow_key;

struct {
    uint(type, HASH);
    type(key, flow_key);
    type(value, u64);
    uint(max_entries, 100);
} flows SECTION(".maps");

struct {
    uint(type, ARRAY);
    uint(key_size, 4);
    uint(value_size, 24);
    uint(max_entries, 7);
    uint(map_flags, 1);
} table SECTION(".maps");

u64 SECTION("filter")
prog(const struct ctx *ctx)
{
    struct flow flow = { ctx->in_port, ctx->pkt_len, { 1, 2 } };
    u32 index = 3;

    return map_lookup(&flows, &flow) || map_lookup(&table, &index);
}
