/* An offset that wraps at 256. */
/* expect: variable offset of the packet */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    uint8_t ofs = pkt[14];
    uint8_t last = ofs + 10;
    if (last >= pkt_len) {
        return 0;
    }
    return pkt[ofs];
}
