/* Subtracts from the length what may be more. */
/* expect: variable offset of the packet */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    uint64_t ihl = (pkt[14] & 0xf) * 4;
    if (pkt_len - 14 - ihl < 20) {
        return 0;
    }
    return pkt[14 + ihl + 13];
}
