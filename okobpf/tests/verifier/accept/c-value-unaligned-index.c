/* Copies at any alignment within a value. */

#include <oko/filter.h>
struct buf { uint8_t b[128]; };
OKO_MAP(scratch, OKO_MAP_PERCPU_ARRAY, uint32_t, struct buf, 1);
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t z = 0, n; struct buf *v = oko_map_lookup(&scratch, &z);
    if (!v || d + 60 > end) return 0;
    n = d[14] & 63;
    *(uint16_t *) (v->b + n + 1) = *(uint16_t *) (d + 12);
    *(uint64_t *) (v->b + n + 3) = *(uint64_t *) (d + 26);
    return *(uint32_t *) (v->b + n + 5) == 1;
}
