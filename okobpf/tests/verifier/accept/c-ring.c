/* A ring of sizes in a map, with an index of its own. */

#include <oko/filter.h>

struct ring {
    uint32_t head;
    uint16_t sizes[32];
};

OKO_MAP(rings, OKO_MAP_ARRAY, uint32_t, struct ring, 16);

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    uint32_t port = ctx->in_port;
    struct ring *ring = oko_map_lookup(&rings, &port);
    uint32_t sum = 0;

    if (!ring) {
        return 0;
    }

    uint32_t head = ring->head++;
    ring->sizes[head % 32] = ctx->pkt_len;
    for (uint32_t i = 0; i < 32; i++) {
        sum += ring->sizes[(head - i) & 31];
    }
    return sum / 32 > 700;
}
