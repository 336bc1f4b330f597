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


/* Matches packets whose source is in 'nets', and remembers those that it is
 * not in 'strangers'. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(nets, OKO_MAP_LPM_TRIE, struct ipv4_prefix, __u32, 4);
OKO_MAP(strangers, OKO_MAP_LRU_HASH, ipv4_addr, __u32, 8);

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    struct ipv4_prefix key = { .prefixlen = 32 };
    __u32 *n;

    if (pkt_len < sizeof *eth + sizeof *ip
        || eth->type != bpf_htons(ETH_TYPE_IPV4)) {
        return 0;
    }
    key.addr = ip->src;
    if (oko_map_lookup(&nets, &key)) {
        return 1;
    }
    n = oko_map_lookup(&strangers, &key.addr);
    if (n) {
        __sync_fetch_and_add(n, 1);
    } else {
        __u32 one = 1;

        oko_map_update(&strangers, &key.addr, &one);
    }
    return 0;
}
