/* A hash of the payload, if there is none. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = (const void *) pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    uint64_t l4, n;

    if (pkt_len < sizeof *eth + sizeof *ip) {
        return 0;
    }
    l4 = sizeof *eth + IPV4_IHL(ip);
    if (l4 > pkt_len) {
        return 0;
    }
    n = pkt_len - l4;
    if (n != 0) {
        return 0;
    }
    return oko_hash(pkt + l4, n);
}
