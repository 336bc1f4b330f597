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


/* Prefix blocklist: drops IPv4 and IPv6 packets by source address.
 *
 * A packet matches (result 1) if it may pass, so the rule that forwards names
 * the program:
 *
 *     in_port=1,filter_prog=1,actions=output:2
 *
 * The user fills 'blocklist' and 'blocklist6' with prefixes, as from a feed
 * of hijacked networks, while traffic flows.  The longest prefix decides, so
 * that a part of a blocked network can be let through.  Addresses that no
 * prefix matches pass, as does everything that is not IP (ARP, for one).  An
 * IP packet too short to have a source address is dropped, as is one in more
 * than two VLAN tags.
 *
 * Each rule counts its packets and bytes.  The sources that were dropped of
 * late are in 'dropped' and 'dropped6', which are never full: newcomers take
 * the place of those that have gone quiet. */

#include <oko/filter.h>
#include <oko/net.h>

enum verdict {
    DROP = 0,
    PASS = 1,
};

struct rule {
    enum verdict verdict;
    __u64 packets;
    __u64 bytes;
};

OKO_MAP(blocklist, OKO_MAP_LPM_TRIE, struct ipv4_prefix, struct rule, 16384);
OKO_MAP(blocklist6, OKO_MAP_LPM_TRIE, struct ipv6_prefix, struct rule, 16384);
OKO_MAP(dropped, OKO_MAP_LRU_HASH, ipv4_addr, __u64, 1024);
OKO_MAP(dropped6, OKO_MAP_LRU_HASH, struct ipv6_addr, __u64, 1024);

#define MAX_TAGS 2

/* Several threads run the program at the same time. */
static __always_inline enum verdict
apply(struct rule *rule, uint64_t n_bytes)
{
    __sync_fetch_and_add(&rule->packets, 1);
    __sync_fetch_and_add(&rule->bytes, n_bytes);
    return rule->verdict;
}

/* Counts a packet that is dropped for its source 'address', a key of 'map'. */
static __always_inline void
note(const void *map, const void *address)
{
    __u64 *packets = oko_map_lookup(map, address);

    if (packets) {
        __sync_fetch_and_add(packets, 1);
    } else {
        __u64 one = 1;

        oko_map_update(map, address, &one);
    }
}

static __always_inline uint64_t
check_ipv4(const struct oko_ctx *ctx, const struct ipv4_hdr *ip)
{
    struct ipv4_prefix key = { .prefixlen = 32 };
    struct rule *rule;

    if ((const void *) (ip + 1) > oko_data_end(ctx)) {
        return 0;
    }
    key.addr = ip->src;
    rule = oko_map_lookup(&blocklist, &key);
    if (!rule || apply(rule, ctx->pkt_len) == PASS) {
        return 1;
    }
    note(&dropped, &key.addr);
    return 0;
}

static __always_inline uint64_t
check_ipv6(const struct oko_ctx *ctx, const struct ipv6_hdr *ip)
{
    struct ipv6_prefix key = { .prefixlen = 128 };
    struct rule *rule;

    if ((const void *) (ip + 1) > oko_data_end(ctx)) {
        return 0;
    }
    key.addr = ip->src;
    rule = oko_map_lookup(&blocklist6, &key);
    if (!rule || apply(rule, ctx->pkt_len) == PASS) {
        return 1;
    }
    note(&dropped6, &key.addr);
    return 0;
}

static __always_inline bool
is_tag(__be16 type)
{
    return type == bpf_htons(ETH_TYPE_VLAN) || type == bpf_htons(ETH_TYPE_QINQ);
}

SEC("filter") uint64_t
prefix_blocklist(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx);
    const void *next = eth + 1;
    __be16 type;

    if (next > oko_data_end(ctx)) {
        return 1;
    }
    type = eth->type;

    /* VLAN tags must not be a way around the list. */
    for (int i = 0; i < MAX_TAGS && is_tag(type); i++) {
        const struct vlan_hdr *vlan = next;

        if ((const void *) (vlan + 1) > oko_data_end(ctx)) {
            return 0;
        }
        type = vlan->type;
        next = vlan + 1;
    }

    if (is_tag(type)) {
        return 0;
    }
    if (type == bpf_htons(ETH_TYPE_IPV4)) {
        return check_ipv4(ctx, next);
    }
    if (type == bpf_htons(ETH_TYPE_IPV6)) {
        return check_ipv6(ctx, next);
    }
    return 1;
}
