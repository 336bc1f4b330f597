/* Compares the wrong way around. */
/* expect: known to exist */

#include <oko/filter.h>
SEC("filter") uint64_t
f(const struct oko_ctx *ctx)
{
    const uint8_t *p = oko_data(ctx), *end = oko_data_end(ctx);
    uint32_t left = end - p, n;
    if (left < 34) return 0;
    p += 14; left -= 14;
    n = (p[0] & 15) * 4;
    if (n < 20 || n < left) return 0;
    p += n; left -= n;
    if (left < 20) return 0;
    n = (p[12] >> 4) * 4;
    if (n < 20 || n > left) return 0;
    p += n; left -= n;
    if (left < 5) return 0;
    return p[0] == 'H' && p[4] == '/';
}
