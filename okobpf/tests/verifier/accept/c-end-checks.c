/* All ways to compare with the end of the packet. */

#include <oko/filter.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t sum = 0;

    if (end >= pkt + 14) {
        sum += pkt[13];
    }
    if (pkt + 20 <= end && pkt[12] == 8) {
        sum += pkt[19];
    }
    if (!(end < pkt + 34)) {
        sum += pkt[33];
    } else {
        return sum;
    }
    if (end - pkt >= 64) {
        sum += pkt[63] + *(end - 1);
    }
    if (ctx->pkt_len >= 100) {
        sum += pkt[99];
    }
    if ((uint64_t) (end - pkt) < 200) {
        return sum;
    }
    return sum + pkt[199];
}
