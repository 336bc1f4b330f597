/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Counts the packets of each flow in a count-min sketch of the library's, and
 * returns how many it has seen of this packet's flow. */

#define MAP_SOURCE "maps/sketch.c"
#define MAP_OPS okobpf_map_countmin_ops
#include "program.h"

struct flow {
    ipv4_addr src, dst;
    __be16 src_port, dst_port;
    __u32 proto;
};

OKO_SKETCH(sketch, OKO_MAP_COUNTMIN, struct flow, __u32, 1024, 4);

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

    struct flow flow = {
        .src = ip->src,
        .dst = ip->dst,
        .src_port = udp->src,
        .dst_port = udp->dst,
        .proto = ip->proto,
    };

    oko_map_add(&sketch, &flow);

    const __u32 *count = oko_map_lookup(&sketch, &flow);

    return count ? *count : 0;
}
