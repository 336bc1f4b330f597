/* TCP options of the first ABI, of which the length was compared with the end:
 * their values are within it if the length is what it should be. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = (const void *) pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    uint32_t mss = 0, wscale = 0;

    if (pkt_len < sizeof *eth + sizeof *ip
        || eth->type != bpf_htons(ETH_TYPE_IPV4)
        || ip->proto != IP_PROTO_TCP) {
        return 0;
    }

    uint32_t l4 = sizeof *eth + IPV4_IHL(ip);
    if (l4 + sizeof(struct tcp_hdr) > pkt_len) {
        return 0;
    }

    const struct tcp_hdr *tcp = (const void *) (pkt + l4);
    uint32_t ofs = l4 + sizeof *tcp;
    uint32_t end = l4 + TCP_HDR_LEN(tcp);
    if (end > pkt_len) {
        return 0;
    }
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 10; i++) {
        if (ofs >= end) {
            break;
        }

        uint8_t kind = pkt[ofs];
        if (kind == 0) {
            break;
        }
        if (kind == 1) {
            ofs++;
            continue;
        }
        if (ofs + 2 > end) {
            break;
        }

        uint8_t len = pkt[ofs + 1];
        if (len < 2 || ofs + len > end) {
            break;
        }
        if (kind == 2 && len == 4) {
            mss = pkt[ofs + 2] << 8 | pkt[ofs + 3];
        }
        if (kind == 3 && len == 3) {
            wscale = pkt[ofs + 2];
        }
        ofs += len;
    }
    return mss << 8 | wscale;
}
