/* The same with int offsets. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    int len = pkt_len;

    if (len < 34) {
        return 0;
    }
    int ihl = (pkt[14] & 0xf) * 4;
    int ofs = 14 + ihl;
    if (len < ofs + 20) {
        return 0;
    }
    return pkt[ofs + 2] == 0 && pkt[ofs + 3] == 80;
}
