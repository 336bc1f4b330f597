/* Sums up two bytes at each. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx), *ip = d + 14; uint32_t sum = 0, hlen;
    if (ip + 20 > end) return 0;
    hlen = (ip[0] & 15) * 4;
    if (hlen < 20 || ip + hlen > end) return 0;
    for (uint32_t i = 0; i < hlen; i += 1) sum += *(const uint16_t *) (ip + i);
    sum = (sum & 0xffff) + (sum >> 16); sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}
