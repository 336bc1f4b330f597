/* A loop over the shorter of the packet and a constant. */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t n = pkt_len < 64 ? pkt_len : 64;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n; i++) {
        sum += pkt[i];
    }
    for (int i = 0; i < 48; i++) {
        if (i >= (int) pkt_len) {
            break;
        }
        sum = sum * 31 + pkt[i];
    }
    return sum;
}
