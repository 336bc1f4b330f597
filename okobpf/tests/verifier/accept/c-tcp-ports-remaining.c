/* The same by what is left of the packet. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    uint64_t left = pkt_len - 14;
    uint64_t ihl = (pkt[14] & 0xf) * 4;
    if (ihl < 20 || left < ihl) {
        return 0;
    }
    left -= ihl;
    if (left < 20) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) (pkt + 14 + ihl);
    return tcp->dst == bpf_htons(443);
}
