/* IPv4 destination against a table. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(table, OKO_MAP_HASH, ipv4_addr, __u32, 128);

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if (sizeof *eth + sizeof *ip > pkt_len
        || eth->type != bpf_htons(ETH_TYPE_IPV4)) {
        return 1;
    }
    ipv4_addr dst = ip->dst;
    const __u32 *verdict = oko_map_lookup(&table, &dst);
    return !verdict || *verdict;
}
