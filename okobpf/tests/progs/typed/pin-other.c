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
