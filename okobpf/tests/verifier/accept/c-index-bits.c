/* A bit by its number. */

#include <oko/filter.h>

static inline uint16_t
be16(const uint8_t *p)
{
    return (uint16_t) (p[0] << 8 | p[1]);
}

struct bm { uint8_t bits[8192]; };
OKO_MAP(ports, OKO_MAP_ARRAY, uint32_t, struct bm, 1);
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t z = 0; struct bm *m; uint16_t port;
    if (d + 38 > end) return 0;
    port = be16(d + 36);
    m = oko_map_lookup(&ports, &z); if (!m) return 0;
    return m->bits[port / 8] >> (port % 8) & 1;
}
