/* The difference the wrong way around. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx), *l4;
    uint32_t n;
    if (data + 34 > end) return 0;
    l4 = data + 14 + (data[14] & 15) * 4;
    if (l4 > end) return 0;
    n = l4 - end;
    if (n < 8) return 0;
    return l4[0] == 0 && l4[1] == 53;
}
