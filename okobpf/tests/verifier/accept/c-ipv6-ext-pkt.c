/* Skips IPv6 extension headers in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 54;

    if (0 + 54 > pkt_len) {
        return 0;
    }
    uint8_t next = pkt[20];
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 6; i++) {
        if (next != 0 && next != 43 && next != 60) {
            break;
        }
        if (ofs + 8 > pkt_len) {
            return 0;
        }
        next = pkt[ofs];
        ofs += (pkt[ofs + 1] + 1) * 8;
    }
    if (next != IP_PROTO_TCP) {
        return 0;
    }
    if (ofs + 20 > pkt_len) {
        return 0;
    }
    return pkt[ofs + 13] & TCP_SYN;
}
