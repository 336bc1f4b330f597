/* The packet within a VXLAN packet, by one growing 32-bit offset. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const struct ipv4_hdr *ip = (const void *) (pkt + 14);
    const struct udp_hdr *udp;
    uint32_t ofs = 14;

    if (pkt_len < 34 || ip->proto != IP_PROTO_UDP) {
        return 0;
    }
    ofs += IPV4_IHL(ip);
    if (ofs + 16 > pkt_len) {
        return 0;
    }
    udp = (const void *) (pkt + ofs);
    if (udp->dst != bpf_htons(4789)) {
        return 0;
    }
    ofs += 8 + 8;
    if (ofs + 14 + 20 > pkt_len) {
        return 0;
    }
    ofs += 14;
    ip = (const void *) (pkt + ofs);
    ofs += IPV4_IHL(ip);
    if (ofs + 4 > pkt_len) {
        return 0;
    }
    return pkt[ofs + 2] << 8 | pkt[ofs + 3];
}
