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

/* Matches UDP packets by their payload: the last byte of the number that a
 * test put there.  MASK says which of its bits count, WANTED what they must
 * be. */

#include <oko/filter.h>
#include <oko/net.h>

struct packet {
    struct eth_hdr eth;
    struct ipv4_hdr ip;
    struct udp_hdr udp;
    __u8 number[4];
} __attribute__((packed));

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const struct packet *p = pkt;

    if (pkt_len < sizeof *p || p->eth.type != bpf_htons(ETH_TYPE_IPV4)
        || p->ip.proto != IP_PROTO_UDP) {
        return 0;
    }
    return (p->number[3] & MASK) == WANTED;
}
