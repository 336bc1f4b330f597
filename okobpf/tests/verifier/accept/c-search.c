/* Searches the payload for a byte, up to a bound. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t n = pkt_len < 256 ? pkt_len : 256;

    #pragma clang loop unroll(disable)
    for (uint64_t i = 0; i < n; i++) {
        if (pkt[i] == 0x2a) {
            return i + 1;
        }
    }
    return 0;
}
