/* The same with unsigned 32-bit offsets. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint32_t len)
{
    if (len < 34) {
        return 0;
    }
    __u32 ihl = (pkt[14] & 0xf) << 2;
    __u32 ofs = 14 + ihl;
    if (len < ofs + 20) {
        return 0;
    }
    return pkt[ofs + 2] == 0 && pkt[ofs + 3] == 80;
}
