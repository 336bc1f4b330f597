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

/* Counts packets, and returns RESULT for all of them. */

#include <oko/filter.h>

OKO_MAP(packets, OKO_MAP_ARRAY, __u32, __u64, 1);

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    (void) pkt;
    (void) pkt_len;

    __u32 zero = 0;
    __u64 *n = oko_map_lookup(&packets, &zero);
    if (n) {
        *n += 1;
    }
    return RESULT;
}
