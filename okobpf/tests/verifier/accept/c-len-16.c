/* The length in 16 bits is not more than the length. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    uint16_t len = end - data;
    if (len < 14) return 0;
    return data[12] == 8 && data[13] == 0;
}
