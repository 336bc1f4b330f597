/* What is seen first stays. */

#include <oko/filter.h>

OKO_MAP(first, OKO_MAP_HASH, uint32_t, uint64_t, 64);
OKO_MAP(last, OKO_MAP_LRU_HASH, uint32_t, uint64_t, 64);

SEC("filter") uint64_t
seen(const struct oko_ctx *ctx)
{
    uint32_t port = ctx->in_port;
    uint64_t now = ctx->now_ns;

    oko_map_update_flags(&last, &port, &now, OKO_EXIST);
    return oko_map_update_flags(&first, &port, &now, OKO_NOEXIST) == 0;
}
