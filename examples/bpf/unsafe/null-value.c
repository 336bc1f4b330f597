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

/* Unsafe: uses the result of a map lookup without a test for NULL.
 *
 * An address that isn't in the map would crash the switch.  The verifier must
 * refuse this program. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(counters, OKO_MAP_HASH, __u32, __u64, 16);

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    (void) pkt;

    __u32 key = pkt_len;
    __u64 *counter = oko_map_lookup(&counters, &key);
    *counter += 1;
    return 1;
}
