/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Global variables of each kind, and what prints. */

#include "prog.h"

static const u32 primes[8] = { 2, 3, 5, 7, 11, 13, 17, 19 };
u64 n_packets;
static u64 sum = 1000;

u64 SECTION("filter")
prog(const struct ctx *ctx)
{
    u32 prime = primes[ctx->in_port & 7];

    n_packets++;
    sum += prime;
    print("port %u: prime %u, sum %llu\n", ctx->in_port, prime, sum);
    return sum;
}
