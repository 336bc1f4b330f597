/* Prefixes of IPv4 and IPv6 addresses. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(nets, OKO_MAP_LPM_TRIE, struct ipv4_prefix, __u64, 1024);
OKO_MAP(nets6, OKO_MAP_LPM_TRIE, struct ipv6_prefix, __u64, 1024);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = (const void *) pkt;
    __u64 *hits = NULL;

    if (pkt_len < 14) {
        return 0;
    }
    if (eth->type == bpf_htons(ETH_TYPE_IPV4) && pkt_len >= 34) {
        const struct ipv4_hdr *ip = (const void *) (pkt + 14);
        struct ipv4_prefix key = { 32, ip->src };

        hits = oko_map_lookup(&nets, &key);
    } else if (eth->type == bpf_htons(ETH_TYPE_IPV6) && pkt_len >= 54) {
        const struct ipv6_hdr *ip6 = (const void *) (pkt + 14);
        struct ipv6_prefix key = { 128, ip6->src };

        hits = oko_map_lookup(&nets6, &key);
    }
    if (!hits) {
        return 0;
    }
    __sync_fetch_and_add(hits, 1);
    return 1;
}
