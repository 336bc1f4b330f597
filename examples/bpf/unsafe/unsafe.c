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

/* Unsafe: reads past the end of the packet.
 *
 * The length test is the wrong way round, so the destination address is read
 * just when the packet has none.  The verifier must refuse this program. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const struct ipv4_hdr *ip = pkt + sizeof(struct eth_hdr);

    if (pkt_len < sizeof(struct eth_hdr) + sizeof *ip) {
        return ip->dst == IPV4_ADDR(172, 16, 0, 14);
    }
    return 0;
}
