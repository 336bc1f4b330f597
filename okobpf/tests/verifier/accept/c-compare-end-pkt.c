/* Walks TCP options up to their end, which is known to be in the packet: that
 * what comes before it is, too, follows. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t len)
{
    if (len < 54) {
        return 0;
    }
    uint32_t tcp = 14 + (pkt[14] & 15) * 4;
    if (tcp + 20 > len) {
        return 0;
    }
    uint32_t ofs = tcp + 20;
    uint32_t end = tcp + (pkt[tcp + 12] >> 4) * 4;
    if (end > len) {
        return 0;
    }

    uint32_t mss = 0;
    for (int i = 0; i < 20 && ofs < end; i++) {
        uint8_t kind = pkt[ofs];

        if (kind == 0) {
            break;
        } else if (kind == 1) {
            ofs++;
            continue;
        }
        if (ofs + 1 >= end) {
            break;
        }
        uint8_t option_len = pkt[ofs + 1];
        if (option_len < 2) {
            break;
        }
        if (kind == 2 && option_len == 4 && ofs + 4 <= end) {
            mss = pkt[ofs + 2] << 8 | pkt[ofs + 3];
        }
        ofs += option_len;
    }
    return mss;
}
