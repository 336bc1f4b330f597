/* Forgets that the header's length varies. */
/* expect: variable offset of the packet */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 54) {
        return 0;
    }
    const struct ipv4_hdr *ip = (const void *) (pkt + 14);
    const struct tcp_hdr *tcp = (const void *) ip + IPV4_IHL(ip);
    return tcp->dst == 5;
}
