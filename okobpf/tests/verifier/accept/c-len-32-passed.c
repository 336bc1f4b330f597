/* A length of 32 and of 16 bits, passed to a function. */

#include <oko/filter.h>
static __noinline uint32_t sum(const uint8_t *p, uint32_t len)
{
    if (len < 20) return 0;
    return p[0] + p[19];
}
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    return sum(data, end - data) + sum(data, (uint16_t)(end - data));
}
