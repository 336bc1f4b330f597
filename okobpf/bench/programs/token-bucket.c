/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Limits the packets of each IPv4 source with a token bucket in a hash table.
 * A source that finds the table full does not pass. */

#define MAP_SOURCE "maps/hash.c"
#define MAP_OPS okobpf_map_hash_ops
#include "program.h"

struct bucket {
    __u64 credit_ns;            /* A token is worth TOKEN_NS. */
    __u64 last_ns;              /* When 'credit_ns' was right. */
};

OKO_MAP(buckets, OKO_MAP_HASH, ipv4_addr, struct bucket, 128);

#define TOKEN_NS 20000
#define FULL_NS (20 * TOKEN_NS)

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

    ipv4_addr src = ip->src;
    __u64 now = oko_time_get_ns();
    struct bucket *bucket = oko_map_lookup(&buckets, &src);

    if (!bucket) {
        struct bucket new = {
            .credit_ns = FULL_NS - TOKEN_NS,
            .last_ns = now,
        };

        return !oko_map_update(&buckets, &src, &new);
    }

    __u64 credit = bucket->credit_ns + (now - bucket->last_ns);

    if (credit > FULL_NS) {
        credit = FULL_NS;
    }
    bucket->last_ns = now;
    if (credit < TOKEN_NS) {
        bucket->credit_ns = credit;
        return 0;
    }
    bucket->credit_ns = credit - TOKEN_NS;
    return 1;
}
