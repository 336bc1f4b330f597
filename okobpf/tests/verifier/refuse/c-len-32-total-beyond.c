/* A total length that is larger than what there is. */
/* expect: known to exist */

#include <oko/filter.h>

static inline uint16_t
be16(const uint8_t *p)
{
    return (uint16_t) (p[0] << 8 | p[1]);
}

SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx), *end = oko_data_end(ctx);
    const uint8_t *ip = data + 14;
    uint32_t tot, avail;
    if (ip + 20 > end) return 0;
    tot = be16(ip + 2);
    avail = (uint32_t) (end - ip);
    if (tot < avail || tot < 28) return 0;
    return ip[tot - 1] == 0;
}
