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

/* Stateless firewall: drops or passes IPv4 packets by destination address.
 *
 * A packet matches (result 1) if it may pass, and does not match (result 0)
 * if it is to be dropped, so the rule that forwards names the program:
 *
 *     in_port=1,filter_prog=1,actions=output:2
 *
 * The user fills 'lookup_table' while traffic flows.  Addresses that are not
 * in the table pass, as does everything that is not IPv4 (ARP, for one).  An
 * IPv4 packet too short to have a destination address is dropped. */

#include <oko/filter.h>
#include <oko/net.h>

enum verdict {
    PASS = 0,
    DROP = 1,
};

OKO_MAP(lookup_table, OKO_MAP_HASH, ipv4_addr, enum verdict, 128);

static __always_inline uint64_t
check(const struct ipv4_hdr *ip)
{
    ipv4_addr dst = ip->dst;
    const enum verdict *verdict = oko_map_lookup(&lookup_table, &dst);

    return !verdict || *verdict != DROP;
}

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = pkt;
    const struct vlan_hdr *vlan = (const void *) (eth + 1);

    if (pkt_len < sizeof *eth) {
        return 1;
    }
    if (eth->type == bpf_htons(ETH_TYPE_IPV4)) {
        if (pkt_len < sizeof *eth + sizeof(struct ipv4_hdr)) {
            return 0;
        }
        return check((const void *) (eth + 1));
    }

    /* A VLAN tag must not be a way around the firewall. */
    if (eth->type == bpf_htons(ETH_TYPE_VLAN)) {
        if (pkt_len < sizeof *eth + sizeof *vlan) {
            return 0;
        }
        if (vlan->type == bpf_htons(ETH_TYPE_IPV4)) {
            if (pkt_len < (sizeof *eth + sizeof *vlan
                           + sizeof(struct ipv4_hdr))) {
                return 0;
            }
            return check((const void *) (vlan + 1));
        }
    }
    return 1;
}
