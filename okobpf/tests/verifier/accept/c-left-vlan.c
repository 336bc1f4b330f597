/* Counts down behind one of two headers. */

#include <oko/filter.h>
uint64_t entry(const uint8_t *p, uint64_t pkt_len)
{
    uint64_t left = pkt_len; unsigned n = 14;
    if (left < 18) return 0;
    if (p[12] == 0x81 && p[13] == 0) n = 18;
    p += n; left -= n;
    if (left < 20) return 0;
    n = (p[0] & 0xf) << 2;
    if (n > left) return 0;
    left -= n; p += n;
    if (left < 8) return 0;
    return p[3] == 53 && p[7] == 0;
}
