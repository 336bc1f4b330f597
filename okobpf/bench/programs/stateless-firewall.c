/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Drops or passes IPv4 packets by their destination address, which is looked
 * up in a hash table.  Addresses that are not in the table pass. */

#define MAP_SOURCE "maps/hash.c"
#define MAP_OPS okobpf_map_hash_ops
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
