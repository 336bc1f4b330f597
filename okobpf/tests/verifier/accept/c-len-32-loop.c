/* A loop over at most 64 bytes, by a 32-bit length. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    uint32_t len = end - data, n = len < 64 ? len : 64, i, sum = 0;
    for (i = 0; i < n; i++) sum += data[i];
    return sum;
}
