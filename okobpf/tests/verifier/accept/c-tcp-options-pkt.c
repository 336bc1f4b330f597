/* Walks TCP options in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (0 + 54 > pkt_len) {
        return 0;
    }
    uint64_t ofs = 54;
    uint64_t mss = 0;

    #pragma clang loop unroll(disable)
    for (int i = 0; i < 10; i++) {
        if (ofs + 4 > pkt_len) {
            break;
        }
        uint8_t kind = pkt[ofs];
        if (kind == 0) {
            break;
        } else if (kind == 1) {
            ofs++;
            continue;
        } else if (kind == 2) {
            mss = pkt[ofs + 2] << 8 | pkt[ofs + 3];
        }
        uint8_t len = pkt[ofs + 1];
        if (len < 2) {
            break;
        }
        ofs += len;
    }
    return mss > 1000;
}
