/* The same with an end pointer of one's own. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const void *end = pkt + pkt_len;
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if ((const void *) (ip + 1) > end || eth->type != bpf_htons(0x800)) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) ip + IPV4_IHL(ip);
    if ((const void *) (tcp + 1) > end) {
        return 0;
    }
    return tcp->dst == bpf_htons(22);
}
