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
