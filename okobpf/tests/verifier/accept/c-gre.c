/* A packet in a packet: GRE, each header of variable length. */

#include <oko/filter.h>
#include <oko/net.h>

static __always_inline uint64_t
ipv4_len(const uint8_t *pkt, uint64_t ofs)
{
    return (pkt[ofs] & 0xf) * 4;
}

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 14;

    if (ofs + 20 > pkt_len || pkt[ofs + 9] != 47) {
        return 0;
    }
    ofs += ipv4_len(pkt, ofs);
    if (ofs + 4 > pkt_len) {
        return 0;
    }
    uint8_t flags = pkt[ofs];
    ofs += 4;
    if (flags & 0x80) {
        ofs += 4;
    }
    if (flags & 0x20) {
        ofs += 4;
    }
    if (flags & 0x10) {
        ofs += 4;
    }
    if (ofs + 20 > pkt_len) {
        return 0;
    }
    uint8_t proto = pkt[ofs + 9];
    ofs += ipv4_len(pkt, ofs);
    if (ofs + 8 > pkt_len) {
        return 0;
    }
    return proto == IP_PROTO_UDP && pkt[ofs + 3] == 53;
}
