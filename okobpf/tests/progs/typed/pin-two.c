/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* As pin-count.c, with a map of its own, too. */

#include "prog.h"

struct {
    int (*type)[HASH];
    u32 *key;
    u64 *value;
    int (*max_entries)[16];
    int (*pinning)[1];
} counters SECTION(".maps");

struct {
    int (*type)[ARRAY];
    u32 *key;
    u64 *value;
    int (*max_entries)[1];
} own SECTION(".maps");

SECTION("filter") u64
pin_two(const struct ctx *ctx)
{
    u32 port = ctx->in_port;
    u64 *n = map_lookup(&counters, &port);
    u32 zero = 0;
    u64 one = 1;
    u64 *total = map_lookup(&own, &zero);

    if (total) {
        __sync_fetch_and_add(total, 1);
    }

    if (n) {
        __sync_fetch_and_add(n, 1);
        return 1;
    }
    map_update(&counters, &port, &one);
    return 0;
}
