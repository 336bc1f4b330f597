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

/* Drops or passes IPv4 packets by their destination address, which is looked
 * up in a hash table.  Addresses that are not in the table pass. */

#define MAP_SOURCE "maps/hash.c"
#define MAP_OPS map_hash_ops
#include "program.h"

OKO_MAP(verdicts, OKO_MAP_HASH, ipv4_addr, __u32, 256);

#define DROP 1

PROGRAM(const void *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if (pkt_len < sizeof *eth + sizeof *ip) {
        return 0;
    }
    if (eth->type != bpf_htons(ETH_TYPE_IPV4)) {
        return 1;
    }

    ipv4_addr dst = ip->dst;
    const __u32 *verdict = oko_map_lookup(&verdicts, &dst);

    return !verdict || *verdict != DROP;
}
