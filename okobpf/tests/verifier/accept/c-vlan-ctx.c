/* A stack of VLAN tags, in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t ofs = 12;

    if (pkt + 0 + 14 > end) {
        return 0;
    }
    __be16 type = *(const __be16 *) (pkt + 12);

    #pragma clang loop unroll(disable)
    for (int i = 0; i < 4; i++) {
        if (type != bpf_htons(ETH_TYPE_VLAN)
            && type != bpf_htons(ETH_TYPE_QINQ)) {
            break;
        }
        ofs += 4;
        if (pkt + ofs + 2 > end) {
            return 0;
        }
        type = *(const __be16 *) (pkt + ofs);
    }
    if (type != bpf_htons(ETH_TYPE_IPV4)) {
        return 0;
    }
    ofs += 2;
    if (pkt + ofs + 20 > end) {
        return 0;
    }
    return pkt[ofs + 9] == IP_PROTO_UDP;
}
