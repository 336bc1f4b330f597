/* The byte behind the one that was compared. */
/* expect: known to exist */

#include <oko/filter.h>
static __always_inline int get(const uint8_t *d, const uint8_t *end, uint32_t bit, uint32_t *v)
{ const uint8_t *p = d + (bit >> 3); if (p + 1 > end) return -1; *v = p[1] >> (7 - (bit & 7)) & 1; return 0; }
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx); uint32_t v, n = 0, bit;
    if (d + 20 > end) return 0;
    bit = 14 * 8 + d[14] * 8 + (d[15] & 7);
    for (int i = 0; i < 12; i++) { if (get(d, end, bit + i, &v)) return 0; n = n << 1 | v; }
    return n == 5;
}
