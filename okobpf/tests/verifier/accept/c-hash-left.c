/* Hashes all that is left behind a header. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx), *l4;
    if (d + 34 > end) return 0;
    l4 = d + 14 + (d[14] & 15) * 4;
    if (l4 > end) return 0;
    return oko_hash(l4, end - l4) + oko_hash(d, end - d);
}
