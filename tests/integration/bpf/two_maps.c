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

/* Matches packets whose length is a key of map FIRST and not of map SECOND:
 * the order in which the maps are used is the order of their indexes. */

#include <oko/filter.h>

OKO_MAP(FIRST, OKO_MAP_HASH, __u32, __u32, 64);
OKO_MAP(SECOND, OKO_MAP_HASH, __u32, VALUE, 64);

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    (void) pkt;

    __u32 key = pkt_len;
    return oko_map_lookup(&FIRST, &key) && !oko_map_lookup(&SECOND, &key);
}
