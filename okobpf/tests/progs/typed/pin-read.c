/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Reads the map that it shares by its name with pin-count.c. */

#include "prog.h"

struct {
    int (*type)[HASH];
    u32 *key;
    u64 *value;
    int (*max_entries)[16];
    int (*pinning)[1];
    int (*numa_node)[1];
    int (*map_flags)[5];
} counters SECTION(".maps");

SECTION("filter") u64
pin_read(const struct ctx *ctx)
{
    u32 port = ctx->in_port;
    u64 *n = map_lookup(&counters, &port);
    return n ? *n : 0;
}
