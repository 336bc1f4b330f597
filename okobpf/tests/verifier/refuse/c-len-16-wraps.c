/* An offset that wraps in 16 bits what was compared. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    unsigned short len = end - data, off = 14;
    if (len < off + 20) return 0;
    off += (data[off] & 15) << 2;
    if ((uint16_t) (len - 4) < off) return 0;
    return data[off] == 1 && data[off + 3] == 2;
}
