/* The byte behind the last one. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx);
    uint32_t len = end - d;
    if (len < 40) return 0;
    return d[len - (d[20] & 31)];
}
