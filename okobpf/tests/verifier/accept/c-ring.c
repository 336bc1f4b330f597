/* Events of several sizes: from the stack, of the packet and of a map. */

#include <oko/filter.h>

struct event {
    uint64_t when;
    uint8_t bytes[56];
};

OKO_RING(events, struct event, 64);
OKO_MAP(hosts, OKO_MAP_HASH, uint32_t, struct event, 64);

SEC("filter") uint64_t
tell(const struct oko_ctx *ctx)
{
    struct event event = { .when = ctx->now_ns };
    const uint8_t *data = oko_data(ctx);
    uint32_t port = ctx->in_port;
    const struct event *host;
    uint64_t len = ctx->pkt_len;

    oko_ring_output(&events, &event, sizeof event);
    oko_ring_output(&events, &event, sizeof event.when);
    if (data + 60 <= (const uint8_t *) oko_data_end(ctx)) {
        oko_ring_output(&events, data, 60);
    }
    host = oko_map_lookup(&hosts, &port);
    if (host) {
        oko_ring_output(&events, host, sizeof *host);
    }
    if (len <= 64) {
        return oko_ring_output(&events, data, len) == 0;
    }
    return 0;
}
