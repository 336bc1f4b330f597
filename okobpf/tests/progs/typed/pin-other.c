/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A map of the name of the one that pin-count.c shares, of another size. */

#include "prog.h"

struct {
    int (*type)[HASH];
    u32 *key;
    u64 *value;
    int (*max_entries)[32];
    int (*pinning)[1];
} counters SECTION(".maps");

SECTION("filter") u64
pin_other(const struct ctx *ctx)
{
    u32 port = ctx->in_port;
    u64 *n = map_lookup(&counters, &port);
    return n ? *n : 0;
}
