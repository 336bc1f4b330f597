/* A header of variable length within a length of 16 bits. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    unsigned short len = end - data, off = 14;
    if (len < off + 20) return 0;
    off += (data[off] & 15) << 2;
    if (len < off + 4) return 0;
    return data[off] == 1 && data[off + 3] == 2;
}
