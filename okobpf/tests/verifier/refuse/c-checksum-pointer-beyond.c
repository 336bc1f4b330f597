/* The last two bytes may be behind the end. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx), *ip = d + 14, *stop; uint32_t sum = 0;
    if (ip + 20 > end) return 0;
    stop = ip + (ip[0] & 15) * 4;
    if (stop > end) return 0;
    for (const uint8_t *p = ip; p <= stop; p += 2) sum += p[0] << 8 | p[1];
    return (sum & 0xffff) + (sum >> 16) == 0xffff;
}
