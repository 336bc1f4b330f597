/* A header of variable length within a length of 32 bits. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    uint32_t len = end - data, ihl;
    if (len < 34) return 0;
    if (data[12] != 8 || data[13]) return 0;
    ihl = (data[14] & 15) * 4;
    if (ihl < 20) return 0;
    if (len < 14 + ihl + 8) return 0;
    return data[14 + ihl] == 1;
}
