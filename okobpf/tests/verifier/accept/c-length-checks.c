/* All ways to compare the packet's length with a constant. */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t sum = 0;

    if (!pkt_len) {
        return 0;
    }
    sum += pkt[0];
    sum += pkt_len > 13 ? pkt[13] : 0;
    sum += 34 <= pkt_len ? pkt[33] : 0;
    sum += !(pkt_len < 60) ? *(const uint32_t *) (pkt + 56) : 0;
    if (pkt_len >= 64 && pkt_len <= 1500) {
        sum += pkt[63] + pkt[pkt_len - 1];
    }
    sum += (uint32_t) pkt_len > 200 ? pkt[200] : 0;
    sum += (int) pkt_len > 300 ? pkt[300] : 0;
    sum += pkt_len - 1 >= 400 ? pkt[400] : 0;
    sum += pkt_len == 500 ? pkt[499] : 0;
    return sum;
}
