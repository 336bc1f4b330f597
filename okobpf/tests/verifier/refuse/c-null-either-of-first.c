/* Where one of two is not NULL, it need not be the first. */
/* expect: may be NULL */

#include <oko/filter.h>
#include <oko/net.h>
OKO_MAP(allow, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
OKO_MAP(block, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
SEC("filter") uint64_t f(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx); const struct ipv4_hdr *ip = (const void *)(eth + 1);
    if ((const void *)(ip + 1) > oko_data_end(ctx)) return 1;
    uint64_t *a = oko_map_lookup(&allow, &ip->src), *b = oko_map_lookup(&block, &ip->src);
    if (!a && !b) return 2;
    return *(volatile uint64_t *) a;
}
