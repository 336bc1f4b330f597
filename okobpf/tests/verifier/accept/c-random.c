/* One packet in a thousand, and an index that is random. */

#include <oko/filter.h>

OKO_MAP(samples, OKO_MAP_ARRAY, uint32_t, uint64_t, 64);

SEC("filter") uint64_t
sample(const struct oko_ctx *ctx)
{
    uint64_t counts[8] = { 0 };
    uint32_t index = oko_random() % 64;
    uint64_t *value = oko_map_lookup(&samples, &index);

    if (value) {
        __sync_fetch_and_add(value, 1);
    }
    counts[oko_random() & 7] = ctx->pkt_len;
    return oko_random() % 1000 == 0 || counts[3];
}
