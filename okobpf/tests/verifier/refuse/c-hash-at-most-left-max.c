/* At least what is left, instead of at most. */
/* expect: known to exist */

#include <oko/filter.h>

static inline uint16_t
be16(const uint8_t *p)
{
    return (uint16_t) (p[0] << 8 | p[1]);
}

SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx), *l4; uint32_t n, left;
    if (d + 34 > end) return 0;
    l4 = d + 14 + (d[14] & 15) * 4;
    n = be16(d + 16);
    if (l4 > end) return 0;
    left = end - l4;
    if (n < left) n = left;
    return oko_hash(l4, n);
}
