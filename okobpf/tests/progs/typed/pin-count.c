/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A map that it shares by its name with pin-read.c. */

#include "prog.h"

struct {
    int (*type)[HASH];
    u32 *key;
    u64 *value;
    int (*max_entries)[16];
    int (*pinning)[1];
} counters SECTION(".maps");

SECTION("filter") u64
pin_count(const struct ctx *ctx)
{
    u32 port = ctx->in_port;
    u64 *n = map_lookup(&counters, &port);
    u64 one = 1;

    if (n) {
        __sync_fetch_and_add(n, 1);
        return 1;
    }
    map_update(&counters, &port, &one);
    return 0;
}
