/* A key of 6 bytes copied to the stack, and padding. */

#include <oko/filter.h>
#include <oko/net.h>

struct key {
    struct mac_addr mac;
    __u16 vlan;
};

OKO_MAP(macs, OKO_MAP_HASH, struct key, __u64, 512);

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx);
    struct key key;

    if ((const void *) (eth + 1) > oko_data_end(ctx)) {
        return 0;
    }
    memset(&key, 0, sizeof key);
    memcpy(&key.mac, &eth->src, sizeof key.mac);
    __u64 *n = oko_map_lookup(&macs, &key);
    if (n) {
        __sync_fetch_and_add(n, ctx->pkt_len);
        return *n < 1000000;
    }
    __u64 first = ctx->pkt_len;
    return !oko_map_update(&macs, &key, &first);
}
