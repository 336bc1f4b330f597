/* A stack of VLAN tags, in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 12;

    if (0 + 14 > pkt_len) {
        return 0;
    }
    __be16 type = *(const __be16 *) (pkt + 12);

    #pragma unroll
    for (int i = 0; i < 4; i++) {
        if (type != bpf_htons(ETH_TYPE_VLAN)
            && type != bpf_htons(ETH_TYPE_QINQ)) {
            break;
        }
        ofs += 4;
        if (ofs + 2 > pkt_len) {
            return 0;
        }
        type = *(const __be16 *) (pkt + ofs);
    }
    if (type != bpf_htons(ETH_TYPE_IPV4)) {
        return 0;
    }
    ofs += 2;
    if (ofs + 20 > pkt_len) {
        return 0;
    }
    return pkt[ofs + 9] == IP_PROTO_UDP;
}
