/* The byte of a bit, compared with the length. */

#include <oko/filter.h>
uint64_t entry(const uint8_t *d, uint64_t pkt_len)
{
    uint64_t bit;
    if (pkt_len < 20) return 0;
    bit = 112 + d[14] * 4;
    if (bit / 8 >= pkt_len) return 0;
    return d[bit / 8] >> (bit % 8) & 1;
}
