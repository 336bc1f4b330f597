/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Counts the packets of each flow in a count-min sketch that the program
 * itself keeps, in an array of 4 rows, and returns how many it has seen of
 * this packet's flow. */

#define MAP_SOURCE "maps/array.c"
#define MAP_OPS okobpf_map_array_ops
#include "program.h"

#define N_ROWS 4
#define N_COLUMNS 1024

OKO_MAP(counters, OKO_MAP_ARRAY, __u32, __u64, N_ROWS * N_COLUMNS);

/* Returns a hash of 'x' in which all bits depend on all bits. */
static __always_inline __u64
mix(__u64 x, __u64 factor)
{
    x ^= x >> 32;
    x *= factor;
    x ^= x >> 29;
    x *= 0x9e3779b97f4a7c15;
    return x ^ x >> 32;
}

/* Counts in column 'hash' of 'row' and returns the count, or 'min' if that is
 * less. */
static __always_inline __u64
count(__u32 row, __u64 hash, __u64 min)
{
    __u32 index = row * N_COLUMNS + hash % N_COLUMNS;
    __u64 *counter = oko_map_lookup(&counters, &index);

    if (!counter) {
        return min;
    }
    *counter += 1;
    return *counter < min ? *counter : min;
}

PROGRAM(const void *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    const struct udp_hdr *udp = (const void *) (ip + 1);

    if (pkt_len < sizeof *eth + sizeof *ip + sizeof *udp
        || eth->type != bpf_htons(ETH_TYPE_IPV4) || ip->ver_ihl != 0x45
        || (ip->proto != IP_PROTO_TCP && ip->proto != IP_PROTO_UDP)) {
        return 0;
    }

    __u64 addresses = (__u64) ip->src << 32 | ip->dst;
    __u64 rest = (__u64) udp->src << 32 | (__u64) udp->dst << 8 | ip->proto;
    __u64 hash = mix(addresses ^ mix(rest, 0xc2b2ae3d27d4eb4f),
                     0xff51afd7ed558ccd);
    __u64 min = ~0ULL;

    min = count(0, hash, min);
    min = count(1, hash >> 16, min);
    min = count(2, hash >> 32, min);
    min = count(3, hash >> 48, min);
    return min;
}
