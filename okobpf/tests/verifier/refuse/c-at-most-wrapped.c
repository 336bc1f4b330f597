/* The lower half of what is left, where the header ends behind the packet, is large. */
/* expect: known to exist */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *p, uint64_t pkt_len)
{
    uint64_t l4, half;

    if (pkt_len < 34) {
        return 0;
    }
    l4 = 14 + (p[14] & 15) * 4;
    half = (pkt_len - l4) & 0xffff;
    if (half < 8) {
        return 0;
    }
    return p[l4 + 7];
}
