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

/* Counts packets in a map that it shares with others, and returns RESULT. */

#include <oko/filter.h>

struct {
    int (*type)[OKO_MAP_ARRAY];
    __u32 *key;
    __u64 *value;
    int (*max_entries)[ENTRIES];
    int (*pinning)[1];
} shared SEC(".maps");

SEC("filter") uint64_t
counted(const struct oko_ctx *ctx)
{
    __u32 zero = 0;
    __u64 *n = oko_map_lookup(&shared, &zero);

    (void) ctx;
    if (n) {
        __sync_fetch_and_add(n, 1);
    }
    return RESULT;
}
