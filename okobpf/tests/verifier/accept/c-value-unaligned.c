/* Fields of a packed structure in a value. */

#include <oko/filter.h>
struct __attribute__((packed)) rec { uint8_t kind; uint32_t addr; uint64_t when; uint16_t port; };
OKO_MAP(scratch, OKO_MAP_HASH, uint32_t, struct rec, 16);
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t k; struct rec *v;
    if (d + 38 > end) return 0;
    k = *(uint32_t *) (d + 26);
    v = oko_map_lookup(&scratch, &k);
    if (!v) return 0;
    *(uint32_t *)((uint8_t *) v + 1) = k; v->when = ctx->now_ns; v->port++; 
    return *(uint64_t *) ((uint8_t *) v + 5) > 1000 && v->addr == k;
}
