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
