/* TCP port behind an IPv4 header of variable length, first form. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34 || pkt[12] != 8 || pkt[13] != 0 || pkt[23] != 6) {
        return 0;
    }
    uint64_t ihl = (pkt[14] & 0xf) * 4;
    if (14 + ihl + 20 > pkt_len) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) (pkt + 14 + ihl);
    return tcp->dst == bpf_htons(443) && tcp->flags & TCP_SYN;
}
