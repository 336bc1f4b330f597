/* Sums as many words up as the header has. */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *d = oko_data(ctx), *end = oko_data_end(ctx), *ip = d + 14; uint32_t sum = 0, hlen; const uint16_t *w;
    if (ip + 20 > end) return 0;
    hlen = (ip[0] & 15) << 2;
    if (ip + hlen > end) return 0;
    w = (const uint16_t *) ip;
    for (uint32_t i = 0; i < hlen >> 1; i++) sum += w[i];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}
