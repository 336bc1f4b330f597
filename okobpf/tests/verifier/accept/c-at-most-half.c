/* Half of the length, and less, are within. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx);
    uint64_t len = end - d, half = len / 2;
    if (half < 1) return 0;
    return d[half] + d[len >> 2] + d[len / 3];
}
