/* The last byte, by a 32-bit offset: "end - data - 1" is "end + ~data". */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    uint32_t ofs = end - data - 1;
    if (ofs > 1500) return 0;
    if (data + ofs + 1 > end) return 0;
    return data[ofs] == 0xff;
}
