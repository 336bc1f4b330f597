/* Half of no byte is none. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx);
    uint64_t len = end - d, half = len / 2;
    
    return d[half] + d[len >> 2] + d[len / 3];
}
