/* Two lookups, of which one is not always made. */

#include <oko/filter.h>
#include <oko/net.h>
OKO_MAP(m1, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
OKO_MAP(m2, OKO_MAP_LRU_HASH, ipv4_addr, uint64_t, 64);
SEC("filter") uint64_t f(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx); const struct ipv4_hdr *ip = (const void *)(eth + 1);
    if ((const void *)(ip + 1) > oko_data_end(ctx)) return 1;
    uint64_t *a = NULL, *b;
    if (ip->proto == 6) a = oko_map_lookup(&m1, &ip->src);
    b = oko_map_lookup(&m2, &ip->dst);
    bool known = a || b;
    if (!known) return 0;
    return (a ? *a : 0) + (b ? *b : 0) + (a && b);
}
