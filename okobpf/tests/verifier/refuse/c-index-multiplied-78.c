/* A structure behind the last one. */
/* expect: which has 1232 bytes */

#include <oko/filter.h>
struct b { uint32_t hits, last; uint16_t a, b2, c, d; };
struct bs { struct b b[77]; };
OKO_MAP(table, OKO_MAP_ARRAY, uint32_t, struct bs, 1);
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t z = 0, h; struct bs *c; struct b *x;
    if (d + 34 > end) return 0;
    c = oko_map_lookup(&table, &z); if (!c) return 0;
    h = oko_hash(d + 26, 8);
    x = &c->b[(uint32_t) (((uint64_t) h * 78) >> 32)];
    x->hits++; x->d = h;
    return x->hits > x->last;
}
