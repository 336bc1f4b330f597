/* Walks the labels of a DNS name, byte by byte. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t ofs = 54;
    uint32_t hash = 5381;

    #pragma unroll
    for (int i = 0; i < 32; i++) {
        if (pkt + ofs + 1 > end) {
            return 0;
        }
        uint8_t c = pkt[ofs];
        if (!c) {
            break;
        }
        hash = hash * 33 + c;
        ofs++;
    }
    return hash & 1;
}
