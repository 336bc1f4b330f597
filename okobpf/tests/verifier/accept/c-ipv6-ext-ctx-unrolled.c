/* Skips IPv6 extension headers in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t ofs = 54;

    if (pkt + 0 + 54 > end) {
        return 0;
    }
    uint8_t next = pkt[20];
    #pragma unroll
    for (int i = 0; i < 6; i++) {
        if (next != 0 && next != 43 && next != 60) {
            break;
        }
        if (pkt + ofs + 8 > end) {
            return 0;
        }
        next = pkt[ofs];
        ofs += (pkt[ofs + 1] + 1) * 8;
    }
    if (next != IP_PROTO_TCP) {
        return 0;
    }
    if (pkt + ofs + 20 > end) {
        return 0;
    }
    return pkt[ofs + 13] & TCP_SYN;
}
