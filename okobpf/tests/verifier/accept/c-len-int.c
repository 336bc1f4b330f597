/* The length as an int. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    int len = end - data;
    if (len < 34) return 0;
    return data[23] == 6;
}
