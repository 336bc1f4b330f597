/* Where two of three are NULL, it need not be the first two. */
/* expect: may be NULL */

#include <oko/filter.h>
#include <oko/net.h>
OKO_MAP(m1, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
OKO_MAP(m2, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
OKO_MAP(m3, OKO_MAP_HASH, ipv4_addr, uint64_t, 64);
SEC("filter") uint64_t f(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx); const struct ipv4_hdr *ip = (const void *)(eth + 1);
    if ((const void *)(ip + 1) > oko_data_end(ctx)) return 1;
    uint64_t *a = oko_map_lookup(&m1, &ip->src), *b = oko_map_lookup(&m2, &ip->dst), *c = oko_map_lookup(&m3, &ip->src);
    if (!a && !b && !c) return 2;
    if (!a) __sync_fetch_and_add(b, 1);
    if (b) __sync_fetch_and_add(b, 1);
    if (c) __sync_fetch_and_add(c, 1);
    return 1;
}
