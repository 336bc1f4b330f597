/* A tracker of TCP handshakes, with a composite key. */

#include <oko/filter.h>
#include <oko/net.h>

struct conn {
    __be32 a, b;
    __be16 ap, bp;
};

OKO_MAP(conns, OKO_MAP_HASH, struct conn, __u8, 1024);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34 || pkt[12] != 8 || pkt[13]) {
        return 1;
    }
    const struct ipv4_hdr *ip = (const void *) (pkt + 14);
    if (ip->proto != IP_PROTO_TCP) {
        return 1;
    }
    __u64 ofs = 14 + IPV4_IHL(ip);
    if (pkt_len < ofs + sizeof(struct tcp_hdr)) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) (pkt + ofs);
    struct conn key = { ip->src, ip->dst, tcp->src, tcp->dst };
    __u8 *state = oko_map_lookup(&conns, &key);
    __u8 flags = tcp->flags;

    if (!state) {
        __u8 one = 1;

        if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
            struct conn back = { ip->dst, ip->src, tcp->dst, tcp->src };

            oko_map_update(&conns, &key, &one);
            oko_map_update(&conns, &back, &one);
            return 1;
        }
        return 0;
    }
    if (flags & TCP_RST) {
        oko_map_delete(&conns, &key);
        return 1;
    }
    switch (*state) {
    case 1:
        *state = flags & TCP_ACK ? 2 : 1;
        return 1;
    case 2:
        *state = flags & TCP_FIN ? 3 : 2;
        return 1;
    case 3:
        return flags & TCP_ACK;
    default:
        return 0;
    }
}
