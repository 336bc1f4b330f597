/* Indexes that are the upper half of a product. */
/* not at -Os: there, the bound of what is multiplied is not known. */

#include <oko/filter.h>
struct cells { uint64_t n[7][100]; };
OKO_MAP(table, OKO_MAP_ARRAY, uint32_t, struct cells, 1);
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t z = 0, h; struct cells *c;
    if (d + 34 > end) return 0;
    c = oko_map_lookup(&table, &z); if (!c) return 0;
    h = *(const uint32_t *) (d + 26) * 2654435761u;
    for (int i = 0; i < 7; i++) { h = h * 31 + i; c->n[i][((uint64_t) h * 100) >> 32]++; }
    return c->n[3][h % 100] > 10;
}
