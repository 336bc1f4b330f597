/* Walks TCP options in a bounded loop. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    if (pkt + 0 + 54 > end) {
        return 0;
    }
    uint64_t ofs = 54;
    uint64_t mss = 0;

    #pragma unroll
    for (int i = 0; i < 10; i++) {
        if (pkt + ofs + 4 > end) {
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
